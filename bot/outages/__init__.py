"""Outages found in the network: events in, findings out to the company, asked and answered over HTTP."""
