"""What is asked for again and again: templates of requests, and requests that come by themselves.

A template keeps lines without dates, under a name, for its owner or for everybody of his department. A new request
made from it is an ordinary draft that can be changed before it is sent. A recurrence asks for a template's lines on a
day of every month or quarter, as a draft or sent at once, in its owner's name and with his rights of that day; when
that cannot be done it pauses and says why. Each due day is asked for once, however often the clock looks.
"""
