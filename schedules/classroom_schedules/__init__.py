"""The school's calendar, bells and timetable; nothing here yet."""
