"""The Kraljic matrix: what each category and supplier does to the firm's supply risk and profit, and what follows.

Two axes are computed from the orders, receipts and quotations in the system: supply risk and profit impact, each the
weighted sum of criteria whose measured input and contribution are stored, so that anybody can see why. The quadrant
(strategic, leverage, bottleneck, non-critical) sets the policy of the category: procedure, bidders, contract, cover.
Source of the scheme: P. Kraljic, "Purchasing must become supply management", Harvard Business Review 61(5), 1983.
"""
