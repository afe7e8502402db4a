"""Alerts: what there is to tell somebody, when, and the mail that tells it. All of it pure, clock and mailer handed in.

``findings``    what is the matter with one target
``due``         which of it an address is to be told now
``codes``       one-time codes: when one may be sent, and whether it fits
``message``     the mails themselves: data in, bytes out
``templates/``  their words and their looks
"""
