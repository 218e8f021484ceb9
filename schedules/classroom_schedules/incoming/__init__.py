"""What comes from elsewhere: calendars, tables of other programs, the notice of holidays."""
