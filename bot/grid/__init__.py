"""Where the outage is: the network, what was heard, and the most probable set of open devices. Pure; numpy at most."""
