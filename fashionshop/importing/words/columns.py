"""What tables call their columns: field of the shop → names, the most telling first.

Names are compared in small letters, with blanks for `_` and `-` and without `*`, `:` and `?`.
"""

GENERAL = {
    "sku": (
        *("sku", "item number", "article number", "product code", "style number", "item no"),
        *("artikelnummer", "artikelnr", "artikelnr.", "art.nr.", "art. nr.", "bestellnummer"),
        *("référence", "reference", "réf", "réf.", "code article", "ugs"),
        *("referencia", "código", "código de artículo", "codice", "codice articolo", "cod"),
        *("id", "product id", "ean", "gtin"),
    ),
    "design": ("model", "design", "style", "modell", "modèle", "modelo", "modello"),
    "title": (
        *("title", "name", "product name", "product title", "titel", "bezeichnung", "artikelname"),
        *("produktname", "titre", "nom", "nom du produit", "désignation", "título", "nombre"),
        *("titolo", "nome", "nome prodotto"),
    ),
    "description": (
        *("description", "long description", "beschreibung", "artikelbeschreibung"),
        *("descripción", "descrizione"),
    ),
    "category": (
        *("category", "categories", "product type", "product category", "google product category"),
        *("kategorie", "kategorien", "warengruppe", "produktart", "catégorie", "catégories"),
        *("type de produit", "categoría", "categorías", "categoria", "categorie", "tipo"),
    ),
    "slot": ("slot",),
    "gender": ("gender", "sex", "geschlecht", "genre", "sexe", "género", "sexo", "genere", "sesso"),
    "season": ("season", "saison", "temporada", "stagione"),
    "colour": ("colour", "color", "farbe", "couleur", "colore"),
    "price": (
        *("price", "regular price", "retail price", "unit price", "preis", "verkaufspreis", "vk"),
        *("prix", "prix ttc", "prix de vente", "precio", "pvp", "prezzo", "prezzo di vendita"),
    ),
    "stock": (
        *("stock", "quantity", "qty", "inventory", "stock quantity", "bestand", "lagerbestand"),
        *("menge", "lager", "quantité", "existencias", "inventario", "cantidad", "giacenza"),
        *("quantità", "magazzino", "disponibilità"),
    ),
    "available": ("availability", "in stock", "verfügbarkeit", "disponibilité", "disponibilidad"),
    "sizes": (
        *("sizes", "size", "größe", "größen", "grösse", "grössen", "taille", "tailles", "pointure"),
        *("talla", "tallas", "taglia", "taglie"),
    ),
    "published": (
        "published",
        "is published",
        "veröffentlicht",
        "publié",
        "publicado",
        "pubblicato",
    ),
}
PICTURE_NAMES = (
    *(
        "image",
        "images",
        "picture",
        "pictures",
        "photo",
        "photos",
        "img",
        "image link",
        "image url",
    ),
    *("image src", "image file", "main image", "additional image", "additional image link"),
    *("bild", "bilder", "bilddatei", "bildname", "foto", "fotos", "bild url", "photo principale"),
    *("imagen", "imágenes", "immagine", "immagini", "visuel", "visuels"),
)
