"""The specification of domaincheck, in tests."""
