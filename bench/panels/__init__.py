"""Which judges read which bid, measured here and called by no page.

A tender's panel reads every bid of the tender but those a judge is recused from, each member alone: so wants the
procurement measure (87号令 art. 47), so count the sheets, and so stand the tables. Sharing bids out among a pool of
judges waits here for a procedure that knows it.
"""
