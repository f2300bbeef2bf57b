"""The recipe of `polania`: end to end on pictures, or with `--visual` its head on a frozen encoder.

End to end it makes two checkpoints, `OUT/encoder` and `OUT/scorer`; on a frozen encoder one, in `OUT`.
"""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from workers.checkpoints import EMBEDDINGS_OF, PIXELS, Card, CheckpointError, Purpose
from workers.export import save_network
from workers.networks.histogram import COLOURS
from workers.networks.polania import PolaniaEncoder, PolaniaNetwork, PolaniaScorer
from workers.networks.pretrained import start_from
from workers.training.heads import head_card, material
from workers.training.looks import Indices, gather, hold_out, questions
from workers.training.loop import fit
from workers.training.pixels import decoded
from workers.training.polania import EndToEndTask, HeadTask, Pictured, PolaniaConfig
from workers.training.recipe import Run, configured
from workers.training.state import History

END_TO_END = {"batch": 32, "learning_rate": 1e-4, "epochs": 10}  # what differs from the head
INTENDED_USE = "Ranking a few hundred candidates by how well they go with one product."
LIMITS = (
    "Judges pairs of different slots; scores order candidates and are no calibrated probability."
)
ENCODER_USE = (
    "The embeddings that its own scorer reads; likeness of cut and colour is a by-product."
)


def train(run: Run) -> Card | dict[Path, Card]:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out.

    Raises:
        CheckpointError: Neither an encoder nor weights to start from were named.
    """
    if run.visual is not None:
        return _head(run)
    if run.backbone is None:
        message = (
            "polania trains VGG-16 end to end; say what it starts from with --backbone imagenet, "
            "none or FILE, or name a frozen encoder with --visual."
        )
        raise CheckpointError(message)
    return _end_to_end(run)


def _head(run: Run) -> Card:
    config = configured(PolaniaConfig(), run.overrides)
    given = material(run, config)
    torch.manual_seed(config.seed)
    visual = given.seen.card
    blocks = list(visual.parts.values()) or [visual.dimension]
    scorer = PolaniaScorer(blocks=blocks, dropout=config.dropout)
    task = HeadTask(scorer, material=given, config=config)
    out = run.work / "polania"
    history = fit(
        task, config=config.loop, out=out, score="fitb", resume=run.resume, device=run.device
    )
    card = _scorer_card(run, config, name="polania-head", blocks=blocks, history=history)
    return _save_scorer(scorer, run.out, replace(card, reads=f"{EMBEDDINGS_OF}{visual.identity}"))


def _end_to_end(run: Run) -> dict[Path, Card]:
    config = configured(PolaniaConfig(), END_TO_END | run.overrides)
    torch.manual_seed(config.seed)
    encoder = PolaniaEncoder(layers=config.layers)
    start_from(encoder, str(run.backbone), architecture="vgg16", drop="classifier.")
    blocks = [encoder.width, COLOURS]
    scorer = PolaniaScorer(blocks=blocks, dropout=config.dropout)
    network = PolaniaNetwork(encoder=encoder, scorer=scorer)
    task = _pictured(run, network, config=config)
    out = run.work / "polania"
    history = fit(
        task, config=config.loop, out=out, score="fitb", resume=run.resume, device=run.device
    )
    seen = _encoder_card(run, config, blocks=blocks, history=history)
    judged = _scorer_card(run, config, name="polania-metric", blocks=blocks, history=history)
    judged = replace(judged, reads=f"{EMBEDDINGS_OF}{seen.identity}")
    example = torch.zeros(2, config.side_px, config.side_px, 3, dtype=torch.uint8)
    folders = {name: run.out / name for name in ("encoder", "scorer")}
    return {
        folders["encoder"]: save_network(
            encoder, folders["encoder"], seen, examples={"pixels": example}
        ),
        folders["scorer"]: _save_scorer(scorer, folders["scorer"], judged),
    }


def _pictured(run: Run, network: PolaniaNetwork, *, config: PolaniaConfig) -> EndToEndTask:
    """Decode the pictures of all products that looks or questions hold."""
    wardrobe = gather(run.collections, most_looks=config.most_looks)
    generator = np.random.default_rng(config.seed)
    looks, held = hold_out(wardrobe.looks, share=config.held_out, generator=generator)
    asked = questions(held, wardrobe, generator=generator)
    used = sorted(
        {index for look in looks for index in look}
        | {index for q in asked for index in (*q.context, *q.answers)}
    )
    key = "-".join(collection.fingerprint()[:12] for collection in run.collections)
    name = f"pixels-{key}-{config.side_px}-{len(used)}-{config.seed}.npy"
    items = [wardrobe.items[index] for index in used]
    pixels = decoded(items, side_px=config.side_px, cache=run.work / name)
    row_of: Indices = np.full(len(wardrobe.items), -1, dtype=np.int64)
    row_of[used] = np.arange(len(used))
    pictured = Pictured(wardrobe, looks, asked, pixels, row_of)
    return EndToEndTask(network, material=pictured, config=config)


def _scorer_card(
    run: Run, config: PolaniaConfig, *, name: str, blocks: list[int], history: History
) -> Card:
    return replace(
        head_card(run, config, purpose=Purpose.PAIR, name=name, history=history),
        network="polania",
        options={"blocks": blocks, "dropout": config.dropout},
        dimension=sum(blocks),
        training=asdict(config),
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )


def _encoder_card(run: Run, config: PolaniaConfig, *, blocks: list[int], history: History) -> Card:
    return replace(
        head_card(run, config, purpose=Purpose.VISUAL, name="polania", history=history),
        options={"layers": config.layers},
        reads=PIXELS,
        dimension=sum(blocks),
        parts=dict(zip(("shape", "colour"), blocks, strict=True)),
        weights={"shape": 0.5, "colour": 0.5},
        preprocessing={"function": "workers.images.prepare", "side_px": config.side_px},
        training={**asdict(config), "backbone": str(run.backbone)},
        intended_use=ENCODER_USE,
        limits=LIMITS,
    )


def _save_scorer(scorer: PolaniaScorer, folder: Path, card: Card) -> Card:
    examples = {"a": torch.zeros(2, card.dimension), "b": torch.ones(2, card.dimension)}
    return save_network(scorer, folder, card, examples=examples)
