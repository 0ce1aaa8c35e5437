"""The firm and its people, as an administrator keeps them.

Legal entities, delivery places, departments and cost centres are the ground everything else stands on: a department's
place in the tree says who sees which requests, a legal entity owns numbers and budgets. An account is made by invitation:
the person sets the password by a link that works once. Roles come from one table in code; nobody gives himself a right
or closes his own account, and the last administrator stays. Closing an account ends its sessions at once.

Who is away names a stand-in and the days. In that time the stand-in sees and decides what waits for the other, in the
other's name and with both names in the history; never on what the stand-in asked for or wrote. It ends by itself.
"""
