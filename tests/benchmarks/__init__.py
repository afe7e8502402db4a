"""Speed, measured: ``python -m tests.benchmarks``, run from the checkout. Nothing here asserts; it prints.

Each benchmark sets domaincheck beside the plainest program that does the same work, runs the two in turn, and prints
the ratio of each pair's measures: their median, and between which values the middle half of them lies. What happens
to the machine meanwhile happens to both.

``startup``        what a command costs before it does anything
``throughput``     TLS checks a second, many at once
``cpu``            processor time of one TLS check
``memory``         resident memory over a long list
``output``         microseconds to render one result in each format
``targets``        microseconds to read one name
``registries``     look-ups at many registries, against their pace
``store``          opening, asking and changing a large store of subscriptions
``scheduled``      deciding what is due in a scheduled run over many subscriptions
``whois_hostile``  the WHOIS parser on texts made to be slow

``measure`` holds what all of them share, ``lab`` the server that is checked, ``ours`` and ``bare`` the two clients.
"""
