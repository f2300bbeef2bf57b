"""Categories in German, French, Spanish and Italian: language → slot → words.

English is in `recommender/garments.py`, which training reads too. A word counts with its plural, if
both are here; in German also at the end of a longer one: Abendkleid. `NOTHING` is worn with nothing.
"""

NOTHING = ""
GERMAN, FRENCH, SPANISH, ITALIAN = "de", "fr", "es", "it"
WORDS = {
    GERMAN: {
        "DRESS": "kleid, kleider, dirndl, overall, overalls, jumpsuit, jumpsuits, einteiler",
        "TOP": "bluse, blusen, hemd, hemden, shirt, shirts, pullover, pulli, pullis, strickjacke,"
        " strickjacken, strick, strickwaren, oberteil, oberteile, top, tops, sweatshirt, sweatshirts,"
        " tunika, tuniken, polohemd, polohemden, weste, westen, body, bodys, rollkragen, cardigan",
        "BOTTOM": "hose, hosen, rock, röcke, jeans, shorts, leggings, jogginghose, hosenrock",
        "OUTERWEAR": "jacke, jacken, mantel, mäntel, blazer, sakko, sakkos, parka, parkas, anorak,"
        " poncho, ponchos, daunenjacke, regenjacke",
        "SHOES": "schuh, schuhe, stiefel, stiefelette, stiefeletten, sandale, sandalen, sneaker,"
        " turnschuhe, pumps, halbschuhe, pantoletten, hausschuhe, mokassins, ballerinas",
        "BAG": "tasche, taschen, rucksack, rucksäcke, beutel, clutches, shopper",
        "JEWELLERY": "schmuck, kette, ketten, halskette, halsketten, ohrring, ohrringe, armband,"
        " armbänder, armreif, armreifen, ring, ringe, brosche, broschen, anhänger",
        "ACCESSORY": "accessoires, gürtel, schal, schals, tuch, tücher, mütze, mützen, hut, hüte,"
        " handschuhe, sonnenbrille, sonnenbrillen, brille, brillen, uhr, uhren, krawatte, krawatten,"
        " socken, strümpfe, strumpfhose, strumpfhosen, geldbörse, geldbörsen, portemonnaie,"
        " geldbeutel, kulturbeutel, stirnband",
        NOTHING: "unterwäsche, wäsche, dessous, bademode, badeanzug, badeanzüge, bikini, bikinis,"
        " nachtwäsche, schlafanzug, schlafanzüge, bademantel, bademäntel, parfum, kosmetik,"
        " geschenkgutschein, gutschein, gutscheine, wohnen, deko, unterhosen, nachthemd, nachthemden",
    },
    FRENCH: {
        "DRESS": "robe, robes, combinaison, combinaisons, salopette, salopettes",
        "TOP": "chemisier, chemisiers, chemise, chemises, haut, hauts, t-shirt, t-shirts, tee-shirt,"
        " tee-shirts, pull, pulls, gilet, gilets, débardeur, débardeurs, tunique, tuniques, blouse,"
        " blouses, tricot, maille, mailles, polo, polos, sweat, sweats, top, tops, body, bodies",
        "BOTTOM": "pantalon, pantalons, jupe, jupes, jean, jeans, short, shorts, legging, leggings,"
        " jogging, joggings, bermuda, bermudas",
        "OUTERWEAR": "veste, vestes, manteau, manteaux, blouson, blousons, doudoune, doudounes,"
        " imperméable, imperméables, parka, parkas, blazer, blazers, trench, trenchs",
        "SHOES": "chaussure, chaussures, botte, bottes, bottine, bottines, sandale, sandales, basket,"
        " baskets, escarpin, escarpins, mocassin, mocassins, ballerine, ballerines, mules, derbies",
        "BAG": "sac, sacs, pochette, pochettes, cabas, maroquinerie",
        "JEWELLERY": "bijou, bijoux, collier, colliers, bracelet, bracelets, bague, bagues,"
        " boucles d'oreilles, boucle d'oreille, pendentif, pendentifs, broche, broches",
        "ACCESSORY": "accessoire, accessoires, ceinture, ceintures, écharpe, écharpes, foulard,"
        " foulards, chapeau, chapeaux, bonnet, bonnets, gant, gants, lunettes, montre, montres,"
        " cravate, cravates, chaussette, chaussettes, collant, collants, casquette, casquettes,"
        " portefeuille, portefeuilles",
        NOTHING: "lingerie, sous-vêtement, sous-vêtements, maillot de bain, maillots de bain, pyjama,"
        " pyjamas, parfum, parfums, peignoir, peignoirs, robe de chambre, robes de chambre, cadeaux,"
        " carte cadeau, cartes cadeaux, culotte, culottes, soutien-gorge, soutiens-gorge",
    },
    SPANISH: {
        "DRESS": "vestido, vestidos, mono, monos, enterizo, enterizos",
        "TOP": "blusa, blusas, camisa, camisas, camiseta, camisetas, jersey, jerséis, jerseys, suéter,"
        " suéteres, sudadera, sudaderas, polo, polos, chaleco, chalecos, cárdigan, punto, túnica,"
        " túnicas, top, tops, body, bodies, rebeca, rebecas",
        "BOTTOM": "pantalón, pantalones, falda, faldas, vaquero, vaqueros, shorts, bermudas, mallas,"
        " leggings",
        "OUTERWEAR": "chaqueta, chaquetas, abrigo, abrigos, cazadora, cazadoras, gabardina,"
        " gabardinas, americana, americanas, parka, parkas, chaquetón, chaquetones, plumífero",
        "SHOES": "zapato, zapatos, bota, botas, botín, botines, sandalia, sandalias, zapatilla,"
        " zapatillas, calzado, bailarinas, mocasines, alpargatas",
        "BAG": "bolso, bolsos, mochila, mochilas, bandolera, bandoleras",
        "JEWELLERY": "joya, joyas, joyería, bisutería, collar, collares, pendiente, pendientes,"
        " pulsera, pulseras, anillo, anillos, broche, broches, gargantilla",
        "ACCESSORY": "accesorio, accesorios, complementos, cinturón, cinturones, bufanda, bufandas,"
        " pañuelo, pañuelos, sombrero, sombreros, gorro, gorros, gorra, gorras, guante, guantes,"
        " gafas, reloj, relojes, corbata, corbatas, calcetín, calcetines, medias, cartera, carteras,"
        " monedero, monederos",
        NOTHING: "lencería, ropa interior, bañador, bañadores, bikini, bikinis, pijama, pijamas,"
        " perfume, perfumes, albornoz, bata, batas, tarjeta regalo, bragas, sujetador, sujetadores",
    },
    ITALIAN: {
        "DRESS": "abito, abiti, vestito, vestiti, tuta intera, salopette",
        "TOP": "camicia, camicie, camicetta, camicette, blusa, bluse, maglia, maglie, maglietta,"
        " magliette, maglione, maglioni, maglieria, felpa, felpe, polo, t-shirt, gilet, canotta,"
        " canotte, top, cardigan, body",
        "BOTTOM": "pantalone, pantaloni, gonna, gonne, jeans, pantaloncini, leggings, bermuda",
        "OUTERWEAR": "giacca, giacche, cappotto, cappotti, giubbotto, giubbotti, giubbino, giubbini,"
        " piumino, piumini, impermeabile, impermeabili, blazer, soprabito, parka",
        "SHOES": "scarpa, scarpe, stivale, stivali, stivaletto, stivaletti, sandalo, sandali,"
        " sneakers, décolleté, mocassino, mocassini, ballerine, calzature, ciabatte",
        "BAG": "borsa, borse, borsetta, borsette, zaino, zaini, pochette, tracolla, tracolle",
        "JEWELLERY": "gioiello, gioielli, collana, collane, orecchino, orecchini, bracciale,"
        " bracciali, anello, anelli, spilla, spille, bigiotteria",
        "ACCESSORY": "accessorio, accessori, cintura, cinture, sciarpa, sciarpe, foulard, cappello,"
        " cappelli, berretto, berretti, guanto, guanti, occhiali, orologio, orologi, cravatta,"
        " cravatte, calza, calze, calzini, portafoglio, portafogli",
        NOTHING: "intimo, biancheria, costume da bagno, costumi da bagno, costume, costumi, pigiama,"
        " pigiami, profumo, profumi, accappatoio, accappatoi, vestaglia, vestaglie, mutande,"
        " reggiseno, reggiseni, buono regalo",
    },
}  # fmt: skip
# Small words that English does not have: "Robes de soirée" are no dressing gowns.
NOT_ENGLISH = frozenset({
    *("für", "mit", "und", "ohne", "de", "du", "des", "à", "et", "en", "pour", "para", "con", "y"),
    *("da", "di", "del", "della", "per"),
})  # fmt: skip
# Google's product taxonomy, which feeds may give by number.
GOOGLE_CATEGORIES = {
    "212": "Shirts & Tops", "204": "Pants", "207": "Shorts", "1581": "Skirts", "2271": "Dresses",
    "203": "Outerwear", "5598": "Coats & Jackets", "187": "Shoes", "3032": "Handbags",
    "100": "Backpacks", "188": "Jewelry", "196": "Necklaces", "194": "Earrings", "191": "Bracelets",
    "200": "Rings", "201": "Watches", "173": "Hats", "176": "Neckties", "177": "Scarves & Shawls",
    "169": "Belts", "178": "Sunglasses", "170": "Gloves & Mittens", "209": "Socks",
    "211": "Swimwear", "208": "Sleepwear & Loungewear", "167": "Clothing Accessories",
}  # fmt: skip
