"""The program that draws the demo catalogue; a development tool that nothing at run time imports."""
