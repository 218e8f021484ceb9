"""A school year of one room in virtual time, with something going wrong every day."""
