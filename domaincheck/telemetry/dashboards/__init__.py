"""The operator's dashboard in PostHog: what it shows, PostHog's REST API, and how the two are made to agree.

``definitions``  pure data: the tiles with their queries and places, the cohort, the alert
``api``          a thin client of the REST API, bounded in time and size
``sync``         creates what is not there, updates what differs, and leaves all else alone
"""
