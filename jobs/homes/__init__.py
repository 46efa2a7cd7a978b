"""What the clock asks about homes: the week of visits, the morning before one."""
