"""Alerts: what there is to tell somebody, and the mail that tells it.

``message``     the mails themselves: data in, bytes out
``templates/``  their words and their looks
"""
