"""What goes out: plans as iCalendar and CSV, timetables and days in the native form."""
