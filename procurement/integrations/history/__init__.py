"""The firm's past: orders, deliveries and transfers of other systems, from one table of order lines.

A line says what was ordered from whom, when, for how much, and when it came. Lines of one order number, supplier and
currency become one closed order; lines that came on one day with one delivery note become one posted receipt; each
delivery is a fact of the supplier's performance, so that scorecards and the Kraljic matrix work from the first day.
What goes out of a warehouse of ours is no purchase: a rule of the mapping ("lines where Fulfill Via is From RDC") makes
such lines transfers. No line is lost: it is imported, or listed with its reason, or known already.

What is decided:
- Money. The line's value is its net, to the cent; the price is value / quantity in six decimals, as a price per pack
  may be rounded in the source. Without a value, net is quantity x price. Other currencies are converted at the rate of
  the order's day: a rate of the file, the firm's own, else the ECB's average of the year (`averages`).
- Dates. An order's day is the earliest day it was sent; where no line has one, the day it was asked for, planned or
  delivered, so that its spend belongs to a year. The delivery fact takes the true day alone: a stand-in would make a
  lead time that nobody measured.
- Quantities are in the unit of the line; what a pack holds is said in the item's description. A pack of 240 may be
  tablets, tests or millilitres, which no conversion should mix, so the pack is the base unit.
- Freight that a word explains (included, invoiced separately, see another line) stays empty: what a shipment cost
  stands on the one line that is referred to, and is counted once.
- Stock. Goods received in the past are not put into stock: they are long gone, and today's stock is counted, not added
  up. A transfer needs goods to transfer: each item gets an opening adjustment of what left, on the first day it left,
  marked as such and in no order's value; every level ends where it was.
- Time. An order is made on its day and a receipt on its own, so that lists show them where they belong; the log and
  the import say when they came in.
- State. Orders are born closed, receipts posted; nobody is told, nothing moves budget or requests. The log keeps one
  event per kind and part with count and digest (`srm.flow.bulk`).
- Numbers are ours, without gaps, in the year of the document; the source's number is kept beside.
- Twice. Each line leaves an ExternalRef under its id there, or, without one, under a digest of what it says and which
  of its equals it is. Known lines are skipped, in this file or the next.
- All or nothing. On PostgreSQL everything is one transaction. On SQLite, where one writer holds up all others, so is a
  file of up to `services.SLICE` lines; a longer one is written in slices of whole orders, each with the mark of its
  lines in the same transaction. A killed import goes on behind the last slice; one that was stopped by its user keeps
  what is in, says so, and is completed by uploading the file again.

`scms` is the mapping of a public data set (USAID's SCMS delivery history) that ships with the product.
"""
