"""What production needs on which day, as another system says it, made into requests.

A row is known by its department, source, production order, item and day: the same file again changes nothing. A new row
becomes a line of a draft, one draft for each cost centre. More is added to what still waits, or asked for beside what
is approved; less is taken back as far as nobody buys it yet, and what could not be taken back is told. What is not in
the file any more is listed and stays until somebody says that it is not needed.
"""
