"""The generated demo catalogue: drawn garments, their data, and looks that obey a written rule.

Needs Pillow and resvg-py, not Django: `python -m drawings DIR`.
"""
