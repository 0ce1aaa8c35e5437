"""What items of a category are asked for: diameter, material, whether it is food safe.

An attribute belongs to a category and holds for everything below it. It has a kind (words, a number with its unit, yes
or no, one of some choices, a day) and may be required: a draft may lack it, but an item comes into use only with it.
Values stand on the item itself, by the attribute's code; they are checked wherever an item is written.
"""
