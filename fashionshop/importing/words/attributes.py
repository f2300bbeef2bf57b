"""Genders, seasons, stock, sizes and yes or no, as catalogues and feeds spell them."""

GENDERS = {
    "WOMEN": "women woman womens female females ladies lady girl girls w f femme femmes dame damen"
    " frau frauen mädchen weiblich fille filles mujer mujeres señora niña niñas femenino donna donne"
    " femminile feminin féminin ragazza bambina",
    "MEN": "men man mens male males gentlemen boy boys m homme hommes herr herren mann männer"
    " männlich junge jungen garçon garçons hombre hombres caballero caballeros niño niños masculino"
    " uomo uomini maschile masculin ragazzo bambino",
    "UNISEX": "unisex all u alle tous mixte todos tutti neutral",
}
# Words beside a gender that say nothing about it.
NO_GENDER = frozenset({
    "adult", "adults", "erwachsene", "adulte", "adultes", "adulto", "adultos", "adulti",
    "and", "und", "et", "y", "e",
})  # fmt: skip
SEASONS = {
    "SUMMER": "ss fs pe pv spring summer frühling frühjahr sommer printemps été primavera verano estate",
    "WINTER": "aw fw hw ah ai oi fall autumn winter herbst automne hiver otoño invierno autunno inverno",
    # Words are compared one by one, and all together without blanks.
    "ALL_YEAR": "all allyear wholeyear ganzjährig ganzjahr toutelannée todoelaño tuttolanno basic nos"
    " permanent continuativo",
}
IN_STOCK = frozenset({
    "in stock", "instock", "available", "yes", "true", "auf lager", "vorrätig", "lieferbar", "en stock",
    "disponible", "disponibile", "in magazzino", "preorder", "backorder", "onbackorder",
})  # fmt: skip
OUT_OF_STOCK = frozenset({
    "out of stock", "outofstock", "sold out", "unavailable", "no", "false", "ausverkauft",
    "nicht vorrätig", "nicht auf lager", "nicht lieferbar", "rupture de stock", "épuisé", "agotado",
    "sin existencias", "no disponible", "esaurito", "non disponibile",
})  # fmt: skip
YES = frozenset({"1", "true", "yes", "active", "published", "visible", "ja", "oui", "sí", "si"})
NO = frozenset({
    "0", "-1", "2", "false", "no", "draft", "archived", "unlisted", "hidden", "nein", "non",
})  # fmt: skip
ONE_SIZE = frozenset({
    "one size", "onesize", "one size fits all", "os", "o/s", "tu", "t.u.", "einheitsgröße",
    "einheitsgrösse", "taille unique", "talla única", "taglia unica", "default title",
})  # fmt: skip
COLOUR = frozenset({"color", "colour", "farbe", "couleur", "colore"})
SIZE = frozenset({"size", "größe", "grösse", "taille", "talla", "taglia", "pointure", "schuhgröße"})
