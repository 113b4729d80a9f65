-- One need against the offers of its categories in its district: the engine's filters, criteria and points (see sql.py).
-- Who stands in several of these categories is taken from the first of them.
WITH found AS MATERIALIZED (
  SELECT *, CASE {near} END AS near, price * CASE WHEN kind = 2 AND %(length)s > 0 THEN %(length)s ELSE 12 END AS whole
  FROM offers
  WHERE top = ANY (%(tops)s) AND part = ANY (%(parts)s) AND tops & %(mask)s & ((1::bigint << top) - 1) = 0
    AND flags & 24 = 0 AND opens <= %(ends)s AND closes >= %(starts)s
    AND (groups = 0 OR %(groups)s = 0 OR groups & %(fitting)s <> 0)
    AND (kind = 0 OR %(budget)s <= 0
      OR 10 * price * CASE WHEN kind = 2 AND %(length)s > 0 THEN %(length)s ELSE 12 END <= 132 * %(budget)s)
    AND qualified & %(qualified)s = %(qualified)s AND named @> %(named)s AND places && %(inside)s
), shared AS (
  SELECT p.top, p.row, sum(p.weight::float8 * w.weight::float8) AS share
  FROM unnest(%(terms)s, %(weights)s) AS w (term, weight), LATERAL (
    SELECT top, row, weight FROM postings
    WHERE top = ANY (%(tops)s) AND part = ANY (%(parts)s) AND term = w.term OFFSET 0
  ) AS p
  GROUP BY p.top, p.row
), close AS (
  SELECT n.top, n.row, sum(n.value::float8 * w.value::float8) AS closeness
  FROM unnest(%(nodes)s, %(values)s) AS w (node, value), LATERAL (
    SELECT top, row, value FROM nodes
    WHERE top = ANY (%(tops)s) AND part = ANY (%(parts)s) AND node = w.node OFFSET 0
  ) AS n
  GROUP BY n.top, n.row
), seen AS MATERIALIZED (
  SELECT row,
    CASE WHEN flags & 1 = 1 THEN sqrt(least(1.0::float8, coalesce(share, 0))) END AS text,
    CASE WHEN is_about AND %(known)s THEN least(1.0::float8, coalesce(closeness, 0)) END AS category,
    CASE WHEN groups = 0 OR %(groups)s = 0 THEN NULL {kin} ELSE 0 END AS population,
    near AS coverage,
    CASE WHEN %(budget)s <= 0 OR kind = 0 OR kind = 3 AND whole <= 12 * %(budget)s THEN NULL
      WHEN whole <= 12 * %(budget)s THEN 1::float8
      ELSE greatest(0, 3 - 2 * (whole::float8 / (12 * %(budget)s))) END AS budget,
    least(
      CASE WHEN %(length)s > 0 AND (opens <> {earliest} OR closes <> {latest}) THEN greatest(0, (
        least(%(ends)s, closes::bigint) - greatest(%(starts)s, opens::bigint) + 1)::float8
        / (%(ends)s - %(starts)s + 1)) END,
      CASE WHEN months <> 0 AND %(months)s <> 0 THEN bit_count((months::bigint & %(months)s)::bit(16))::float8
        / least(bit_count(months::integer::bit(16)), bit_count((%(months)s)::bit(16))) END) AS time,
    CASE WHEN amount = -1 OR %(people)s = 0 THEN NULL WHEN amount = -2 THEN 1::float8
      WHEN flags & {in_turns} <> 0 THEN greatest(0.5, least(1, amount::float8 / %(people)s))
      ELSE least(1, amount::float8 / %(people)s) END AS capacity,
    rating
  FROM found LEFT JOIN shared USING (top, row) LEFT JOIN close USING (top, row)
), weighed AS MATERIALIZED (SELECT *, {total} AS total FROM seen)
SELECT row, {points} AS points, {criteria} FROM weighed ORDER BY points DESC, row LIMIT {top}
