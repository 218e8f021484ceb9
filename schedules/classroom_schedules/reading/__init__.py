"""The native form: one TOML file with a school's calendar, bells and timetable."""
