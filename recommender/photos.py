"""From the bytes a stranger sent to pixels that are safe to work with.

Pillow only, no Django: the shop's forms, the worker and the training code read photos through this
one door, so that a picture looks the same to all of them.
"""

import io
import warnings
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageFilter

pillow_heif.register_heif_opener()

# JPEG includes MPO, which many phones write: several JPEGs in one file, the first is the photo.
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
# Decoding one frame of these takes memory or time for others; the other formats leave them alone.
ANIMATIONS = ("PNG", "WEBP", "AVIF")
# Decoders raise whatever there is on broken files: all of it is the picture's fault.
DECODER_ERRORS = (Exception,)
MODES_OF_PROFILES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
ORIENTATION = 0x0112  # EXIF's number for how the camera was held
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
WHITE = (255, 255, 255)
SMALLEST_CROP_PX = 32


def _(text: str) -> str:
    """Mark a text for the translators; Django's own mark would need its settings."""
    return text


EMPTY = _("The file is empty.")
DAMAGED = _("The picture is damaged or incomplete.")
NOT_AN_IMAGE = _("This is not a picture we can read (JPEG, PNG, WebP, AVIF or HEIC).")
TOO_MANY_BYTES = _("The file is larger than %(megabytes)s MB.")
TOO_MANY_PIXELS = _("The picture has more than %(millions)s million pixels.")
TOO_SMALL = _(
    "The picture is too small: %(width)s×%(height)s. "
    "Both sides must measure at least %(least)s pixels."
)
TOO_COSTLY = _(
    "The picture takes too much time or memory to read. Save it anew, as an ordinary JPEG."
)
NO_DECODER = _("Pictures cannot be read at the moment. Please try again in a moment.")
PART_TOO_SMALL = _("This part of the photo is too small. Choose a larger one.")
TOO_LONG = _("The picture is too long for its width: %(width)s×%(height)s.")
MESSAGES = (
    *(EMPTY, DAMAGED, NOT_AN_IMAGE, TOO_MANY_BYTES, TOO_MANY_PIXELS),
    *(TOO_SMALL, PART_TOO_SMALL, TOO_LONG, TOO_COSTLY, NO_DECODER),
)


@dataclass(frozen=True)
class Limits:
    """What a photo may measure before it is refused, and what decoding it may cost."""

    bytes: int = 20_000_000
    pixels: int = 50_000_000  # of all frames together
    min_side_px: int = 64
    max_side_px: int = 12_000
    max_aspect: int = 20
    memory_bytes: int = 1_200_000_000
    cpu_seconds: int = 8


MERCHANT = Limits()
# Old catalogues hold pictures of 60 × 80; better a small picture in the shop than none.
CATALOGUE = Limits(min_side_px=32)
# What was measured at the door may be any part of a photo, and is as small as it was made there.
MEASURED = Limits(min_side_px=1, max_aspect=12_000)
SHOPPER = Limits(bytes=10_000_000, pixels=25_000_000, memory_bytes=600_000_000, cpu_seconds=3)


@dataclass(frozen=True)
class Crop:
    """A part of an upright photo, from its left upper corner, as shares of its sides."""

    x: float
    y: float
    width: float
    height: float


WHOLE = Crop(0.0, 0.0, 1.0, 1.0)


class BadPhoto(ValueError):  # noqa: N818 -- reads as the thing it is
    """The bytes are not a photo this shop can use; `code` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def open_photo(data: bytes, *, limits: Limits = MERCHANT, max_side_px: int = 2000) -> Image.Image:
    """Decode one photo into an upright RGB image of at most `max_side_px` a side.

    Transparency is laid on white, only the first frame is read, and a JPEG is decoded at the
    smallest scale that still covers `max_side_px`, which keeps a 50 Mpx photo under 60 MB.

    Raises:
        BadPhoto: what is wrong, in words a shop owner understands.
    """
    image = _open_header(data, limits=limits)
    try:
        image.draft("RGB", (max_side_px, max_side_px))
        image.load()
        image = _scalable(image)
        image.thumbnail((max_side_px, max_side_px), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return _upright_rgb(image)
    except MemoryError as error:
        raise BadPhoto("too_costly", TOO_COSTLY) from error
    except DECODER_ERRORS as error:
        raise BadPhoto("truncated", DAMAGED) from error


def crop_image(image: Image.Image, crop: Crop) -> Image.Image:
    """Cut a part out of an upright photo.

    Raises:
        BadPhoto: too little is left to recognise anything.
    """
    left, top = round(crop.x * image.width), round(crop.y * image.height)
    right = round((crop.x + crop.width) * image.width)
    bottom = round((crop.y + crop.height) * image.height)
    if min(right - left, bottom - top) < SMALLEST_CROP_PX:
        raise BadPhoto("too_small", PART_TOO_SMALL)
    return image.crop((left, top, right, bottom))


def encode_jpeg(image: Image.Image, *, quality: int = 90) -> bytes:
    """Write pixels, and nothing but pixels: no EXIF, no position, no colour profile."""
    buffer = io.BytesIO()
    Image.frombytes(image.mode, image.size, image.tobytes()).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def check_bytes(data: bytes, *, limits: Limits) -> None:
    """Look at nothing but how many bytes there are.

    Raises:
        BadPhoto: none, or too many.
    """
    if not data:
        raise BadPhoto("empty", EMPTY)
    if len(data) > limits.bytes:
        raise BadPhoto("too_many_bytes", TOO_MANY_BYTES % {"megabytes": limits.bytes // 1_000_000})


def digest(data: bytes) -> str:
    """Name bytes by their SHA-256, in hexadecimal."""
    return sha256(data).hexdigest()


def _open_header(data: bytes, *, limits: Limits) -> Image.Image:
    """Read size and format without decoding a pixel."""
    check_bytes(data, limits=limits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of bombs; the limits below refuse them
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise BadPhoto("too_many_pixels", _too_many_pixels(limits)) from error
    except MemoryError as error:
        raise BadPhoto("too_costly", TOO_COSTLY) from error
    except DECODER_ERRORS as error:
        raise BadPhoto("not_an_image", NOT_AN_IMAGE) from error
    frames = getattr(image, "n_frames", 1) if image.format in ANIMATIONS else 1
    _check_size(*image.size, frames=frames, limits=limits)
    return image


def _check_size(width: int, height: int, *, frames: int, limits: Limits) -> None:
    short, long = sorted((width, height))
    size = {"width": width, "height": height}
    if short < limits.min_side_px:
        raise BadPhoto("too_small", TOO_SMALL % (size | {"least": limits.min_side_px}))
    if width * height * frames > limits.pixels:
        raise BadPhoto("too_many_pixels", _too_many_pixels(limits))
    if long > limits.max_side_px or long > limits.max_aspect * short:
        raise BadPhoto("bad_shape", TOO_LONG % size)


def _too_many_pixels(limits: Limits) -> str:
    return TOO_MANY_PIXELS % {"millions": limits.pixels // 1_000_000}


def _scalable(image: Image.Image) -> Image.Image:
    """Bring an image to a mode in which its colours can be mixed."""
    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        image = _eight_bit(image)
    if image.mode == "PA" or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode in {"1", "P"} else image


def _upright_rgb(image: Image.Image) -> Image.Image:
    turn, profile, is_adobe_rgb = _turn(image), image.info.get("icc_profile"), _is_adobe_rgb(image)
    if image.mode in {"RGBA", "LA"}:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (*WHITE, 255))
        image = Image.alpha_composite(ground, layer).convert("RGB")
    if turn is not None:
        image = image.transpose(turn)
    if profile:
        return _in_srgb(image, profile).convert("RGB")
    return image.filter(_adobe_rgb_to_srgb()) if is_adobe_rgb else image.convert("RGB")


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What turns a photo upright, by the number of its orientation alone; the rest may be damaged."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            orientation: Any = image.getexif().get(ORIENTATION)
            return TURNS.get(orientation)
    except DECODER_ERRORS:
        return None


def _is_adobe_rgb(image: Image.Image) -> bool:
    """Whether a camera says so; many do it in EXIF alone (DCF 2.0, "R03") and attach no profile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            index = image.getexif().get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex)
            return image.mode == "RGB" and index == "R03"
    except DECODER_ERRORS:
        return False


@lru_cache
def _adobe_rgb_to_srgb() -> ImageFilter.Color3DLUT:
    """Adobe RGB (1998), 4.3, to sRGB (IEC 61966-2-1); what sRGB cannot show is clipped."""

    def convert(*adobe: float) -> tuple[float, ...]:
        red, green, blue = (value ** (563 / 256) for value in adobe)
        linear = (1.3984 * red - 0.3984 * green, green, 1.0429 * blue - 0.0429 * green)
        return tuple(_srgb_curve(min(1.0, max(0.0, value))) for value in linear)

    return ImageFilter.Color3DLUT.generate(17, convert)


def _srgb_curve(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Show the colours that the profile means; one that is damaged, or of other channels, is none."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = MODES_OF_PROFILES.get(source.profile.xcolor_space.strip())
        if mode != image.mode or (source.profile.profile_description or "").startswith("sRGB"):
            return image
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB") or image
    except DECODER_ERRORS:
        return image


def _eight_bit(image: Image.Image) -> Image.Image:
    """Bring 16-bit grey to 8 bits; Pillow's own conversion clips it to white."""
    return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
