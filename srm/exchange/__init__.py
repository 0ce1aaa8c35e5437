"""Sheets in and out.

A sheet's columns are declared once (`sheets.Sheet`, `sheets.Col`) and serve the template people fill in, the export
and the import. What goes out is data and never a program: a text that begins like a formula stays text, in XLSX by
the cell's type, in CSV by a quote that the import takes away again. The same rows give the same bytes.

What comes in is hostile until read: the file is opened by a child process with little memory and little time, row by
row (`readers`). An import (`importer.ImportKind`) is staged: the lines go into a table of their own, every cell is
checked, the user sees what is wrong and where, and only then the good lines are applied, all or none.

Exporting a whole list is a right of its own, is written to the audit log and carries the name of who did it.
"""
