"""The audit log for those who look into it: who did what when, refused attempts, and whether the chain holds.

Everything here is read only. The log itself is written in `srm.audit`; nobody edits it, whatever his role.
"""
