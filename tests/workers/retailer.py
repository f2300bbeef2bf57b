"""A retailer's export in miniature: dresses, belts and shoes of two colours, looks of one colour."""

import csv
import json

from tests.workers.conftest import garment
from workers.datasets.retail import SPLITS

KINDS = [("Dress", "Dresses"), ("Belt", "Belts"), ("Shoes", "Shoes")]
COLOURS = {"RED": (200, 20, 20), "BLUE": (20, 20, 200)}
NAMES = (
    "cod_modelo_color des_agrup_color_eng des_sex des_product_category"
    " des_product_family des_product_type des_filename"
)


def write_export(folder, *, products, parts):
    """Write `products` of each kind; look n holds the nth of each and lies in part `parts(n)`."""
    (folder / "images").mkdir(parents=True)
    rows, looks = [], {part: [] for part in SPLITS}
    for number in range(products):
        colour = sorted(COLOURS)[number % 2]
        for kind, (label, family) in enumerate(KINDS):
            key = f"{kind}{number}-{colour}"
            name = f"images/2021_{kind}_{number}.png"
            garment(COLOURS[colour], size=(40 + 20 * kind, 80)).save(folder / name)
            rows.append([key, colour, "Female", family, family, label, name])
            looks[parts(number)].append([str(number), key])
    write_csv(folder / "product_data.csv", [NAMES.split(), *rows])
    for part, worn in looks.items():
        write_csv(folder / f"outfits_{part}.csv", [["cod_outfit", "cod_modelo_color"], *worn])
    return folder


def write_csv(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def read_json(path):
    return json.loads(path.read_text())
