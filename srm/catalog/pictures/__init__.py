"""What an item looks like, and its data sheets: files of the item with a purpose.

An item has one main picture, shown on its page, in lists and in the shop. It is a PNG, a JPEG or a WebP of a sensible
size, checked by its own header when it is sent and again whenever it is shown; it is the only upload that our pages show,
and always under one of these three types. Anything else, data sheets too, leaves as a download. A newer picture is a new
version of the old one.
"""
