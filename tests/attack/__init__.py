"""The project's attacks on itself: each module drives a server as strangers and users would, through HTTP alone.

`make test` runs small forms of them; `shuangxuan bench reliability` and `make soak` run them at length.
"""
