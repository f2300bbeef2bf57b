"""Every network beside every other, trained and measured on one data set by one command."""
