"""How price files write their days, and the calendars of exchanges."""
