"""The telephone's wire: signalling (SIP, RFC 3261) and sound (RTP, RFC 3550)."""
