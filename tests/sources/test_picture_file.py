"""Picture files of all kinds: as people see them, or one line that says what is wrong."""

import resource
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from camdigits.errors import PictureError
from camdigits.image import MAX_PIXELS, cv2
from camdigits.sources import picture_file
from camdigits.sources.picture_file import read_picture
from camdigits.values import BgrImage

CORNER = np.full((8, 16), 128, np.uint8)  # one bright corner: all turns differ
CORNER[:4, :4] = 255
TURNED = {
    1: CORNER,
    2: np.fliplr(CORNER),
    3: np.rot90(CORNER, 2),
    4: np.flipud(CORNER),
    5: CORNER.T,
    6: np.rot90(CORNER, -1),
    7: np.rot90(CORNER, 2).T,
    8: np.rot90(CORNER),
}


def encoded(image: npt.NDArray[np.generic], suffix: str) -> bytes:
    return bytes(cv2.imencode(suffix, np.ascontiguousarray(image))[1])


def saved(path: Path, content: bytes | npt.NDArray[np.generic]) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else encoded(content, path.suffix))
    return path


def exif(orientation: int) -> bytes:
    """A TIFF directory with one entry, the orientation."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)


def chunk(kind: bytes, payload: bytes) -> bytes:
    checksum = zlib.crc32(kind + payload)
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", checksum)


def blank_png(width: int, height: int) -> bytes:
    """A PNG of one bit per pixel, all zero: 30,000 by 30,000 take 110 kB."""
    packer, row = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def with_exif(data: bytes, block: bytes) -> bytes:
    """Put an EXIF block into a JPEG, PNG or (a lossy, 16 by 8) WebP."""
    if data.startswith(b"\xff\xd8"):
        payload = b"Exif\0\0" + block
        return data[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + data[2:]
    if data.startswith(b"RIFF"):
        extended = b"VP8X" + struct.pack("<IIHBHB", 10, 8, 15, 0, 7, 0)  # flag 8: EXIF follows
        body = b"WEBP" + extended + data[12:] + b"EXIF" + struct.pack("<I", len(block)) + block
        return b"RIFF" + struct.pack("<I", len(body)) + body
    return data[:33] + chunk(b"eXIf", block) + data[33:]


def noise(height: int = 60, width: int = 80) -> BgrImage:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


class TestWhatIsRead:
    """What comes out is (H, W, 3) uint8, upright and visible."""

    @pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".ppm"])
    def test_colour_comes_back_as_it_was(self, tmp_path: Path, suffix: str):
        """Formats without loss keep every pixel."""
        path = saved(tmp_path / f"a{suffix}", noise())

        assert np.array_equal(read_picture(path), noise())

    @pytest.mark.parametrize("suffix", [".jpg", ".webp"])
    def test_lossy_formats_are_read(self, tmp_path: Path, suffix: str):
        """JPEG and WebP come back about as they were."""
        path = saved(tmp_path / f"a{suffix}", cv2.cvtColor(CORNER, cv2.COLOR_GRAY2BGR))

        assert np.abs(read_picture(path)[..., 0].astype(int) - CORNER).max() < 40

    def test_gray_becomes_colour(self, tmp_path: Path):
        """One channel is copied to three."""
        path = saved(tmp_path / "a.png", CORNER)

        assert np.array_equal(read_picture(path), np.dstack([CORNER] * 3))

    @pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
    def test_tiny_and_narrow_pictures_are_read(self, tmp_path: Path, size: tuple[int, int]):
        """A picture of one pixel, or one pixel wide, is a picture."""
        path = saved(tmp_path / "a.png", np.zeros(size, np.uint8))

        assert read_picture(path).shape == (*size, 3)

    @pytest.mark.parametrize("orientation", TURNED)
    @pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
    def test_the_camera_was_held_some_way(self, tmp_path: Path, suffix: str, orientation: int):
        """All eight EXIF orientations are undone."""
        path = tmp_path / f"a{suffix}"
        saved(path, with_exif(encoded(CORNER, suffix), exif(orientation)))

        gray = read_picture(path)[..., 0]

        assert np.array_equal(gray > 200, TURNED[orientation] > 200)

    def test_orientation_holds_for_transparent_pictures_too(self, tmp_path: Path):
        """Alpha is turned with its picture."""
        ink = np.dstack([np.zeros((8, 16, 3), np.uint8), np.uint8(255) * (CORNER > 200)])
        path = saved(tmp_path / "a.png", with_exif(encoded(ink, ".png"), exif(6)))

        assert np.array_equal(read_picture(path)[..., 0] < 100, TURNED[6] > 200)

    def test_broken_exif_is_ignored(self, tmp_path: Path):
        """An orientation that cannot be read, or that does not exist, counts as upright."""
        block = exif(6)
        wrong = [block[:12], b"MM", b"", exif(9)]
        jpegs = [with_exif(encoded(CORNER, ".jpg"), block) for block in wrong]

        shapes = [read_picture(saved(tmp_path / "a.jpg", data)).shape for data in jpegs]

        assert shapes == [(8, 16, 3)] * 4

    @pytest.mark.parametrize("largest", [1023, 4095, 65535])
    def test_sixteen_bits_are_scaled_by_the_largest_value(self, tmp_path: Path, largest: int):
        """10 or 12 bits stored in 16 do not come out black."""
        deep = np.array([[0, largest // 2, largest]], np.uint16)

        image = read_picture(saved(tmp_path / "a.png", deep))

        assert image[0, :, 0].tolist() == pytest.approx([0, 127, 255], abs=1)

    def test_float_pictures_are_scaled(self, tmp_path: Path):
        """Real numbers are light: the largest is white, what is below zero or no number is not."""
        real = np.array([[-1.0, 0.0, 0.25, 0.5, np.nan]], np.float32)

        image = read_picture(saved(tmp_path / "a.tiff", real))

        assert image[0, :4, 0].tolist() == pytest.approx([0, 0, 127, 255], abs=3)

    def test_a_black_deep_picture_stays_black(self, tmp_path: Path):
        """Nothing is divided by zero."""
        image = read_picture(saved(tmp_path / "a.png", np.zeros((3, 4), np.uint16)))

        assert not image.any()

    @pytest.mark.parametrize(
        ("ink", "cover", "ground"),
        [(0, 0.1, 255), (255, 0.1, 0), (255, 0.9, 255), (0, 0.9, 0)],
        ids=["dark ink", "light ink", "light sheet", "dark sheet"],
    )
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_transparency_gets_the_right_ground(
        self, tmp_path: Path, ink: int, cover: float, ground: int, dtype: type[np.generic]
    ):
        """Ink gets a ground it stands out on; a sheet goes on behind its transparent corners."""
        image = np.full((10, 10, 4), ink, np.uint8)
        image[..., 3] = 255 * (np.arange(100) < 100 * cover).reshape(10, 10)
        deep = image.astype(dtype) * (257 if dtype is np.uint16 else 1)

        read = read_picture(saved(tmp_path / "a.png", deep))

        assert read[0, 0].tolist() == [ink] * 3
        assert read[9, 9].tolist() == [ground] * 3

    def test_half_transparent_ink_is_mixed(self, tmp_path: Path):
        """Soft edges stay soft."""
        image = np.zeros((2, 2, 4), np.uint8)
        image[0, 0, 3] = 64

        read = read_picture(saved(tmp_path / "a.png", image))

        assert read[..., 0].tolist() == [[191, 255], [255, 255]]

    def test_an_unused_alpha_channel_is_left_out(self, tmp_path: Path):
        """Alpha zero everywhere is a byte nobody filled in, not an invisible picture."""
        image = np.dstack([noise(), np.zeros((60, 80), np.uint8)])

        assert np.array_equal(read_picture(saved(tmp_path / "a.png", image)), noise())

    def test_bytes_behind_the_end_do_no_harm(self, tmp_path: Path):
        """Phones append a second picture or a film to a JPEG."""
        path = saved(tmp_path / "a.jpg", encoded(noise(), ".jpg") + b"\xff\xd8 more")

        assert read_picture(path).shape == (60, 80, 3)


class TestWhatIsRefused:
    """One line each, status 1, nothing on stderr."""

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.png", b"", "the file is empty"),
            ("a.png", b"some text\n" * 30, "no format that OpenCV reads"),
            ("a.jpg", encoded(noise(), ".jpg")[:3000], "JPEG data is cut off"),
            ("a.jpg", encoded(noise(), ".jpg")[:-2], "JPEG data is cut off"),
            ("a.jpg", encoded(noise(), ".jpg")[:40], "JPEG data is cut off"),
            ("a.png", encoded(noise(), ".png")[:3000], "PNG data is cut off"),
            ("a.png", encoded(noise(), ".png")[:-12], "PNG data is cut off"),
            ("a.png", encoded(noise(), ".png")[:9], "PNG data is cut off"),
            ("a.webp", encoded(noise(), ".webp")[:900], "WebP data is cut off"),
            ("a.heic", bytes(4) + b"ftypheic" + bytes(90), "does not read HEIC"),
        ],
    )
    def test_what_is_no_whole_picture(
        self,
        tmp_path: Path,
        capfd: pytest.CaptureFixture[str],
        name: str,
        content: bytes,
        message: str,
    ):
        """Empty, cut, or something else altogether."""
        path = saved(tmp_path / name, content)

        with pytest.raises(PictureError, match=message) as rejected:
            read_picture(path)

        assert str(path) in str(rejected.value)
        assert "\n" not in str(rejected.value)
        assert capfd.readouterr().err == ""

    def test_a_jpeg_cut_behind_its_thumbnail(self, tmp_path: Path):
        """The small picture inside EXIF has an end of its own: it is not the picture's."""
        thumbnail = exif(1) + encoded(noise(8, 8), ".jpg")
        whole = with_exif(encoded(noise(), ".jpg"), thumbnail)
        cut = saved(tmp_path / "cut.jpg", whole[: len(thumbnail) + 2000])

        assert read_picture(saved(tmp_path / "whole.jpg", whole)).shape == (60, 80, 3)
        with pytest.raises(PictureError, match="cut off"):
            read_picture(cut)

    def test_a_png_with_a_flipped_bit(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
        """Checksums are looked at before libpng does and complains."""
        data = bytearray(encoded(noise(), ".png"))
        data[len(data) // 2] ^= 1

        with pytest.raises(PictureError, match="checksum"):
            read_picture(saved(tmp_path / "a.png", bytes(data)))

        assert capfd.readouterr().err == ""

    def test_a_missing_file(self, tmp_path: Path):
        """A name without a file is a PictureError like the rest, but its own status."""
        with pytest.raises(PictureError, match="no such file") as rejected:
            read_picture(tmp_path / "a.png")

        assert rejected.value.exit_status == 3

    def test_a_folder(self, tmp_path: Path):
        """A folder and a broken file have different messages."""
        with pytest.raises(PictureError, match="it is a folder"):
            read_picture(tmp_path)

    def test_a_file_nobody_may_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        """The system's own reason is in the message."""

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)

        with pytest.raises(PictureError, match="Permission denied"):
            read_picture(tmp_path / "a.png")

    def test_a_file_is_read_in_pieces(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        """32-bit systems have no room for the largest that would be taken, only for this one."""
        monkeypatch.setattr(picture_file, "CHUNK_BYTES", 100)
        path = saved(tmp_path / "a.png", noise())

        assert np.array_equal(read_picture(path), noise())

        monkeypatch.setattr(picture_file, "MAX_BYTES", path.stat().st_size - 1)
        with pytest.raises(PictureError, match="the file is over the limit"):
            read_picture(path)

    def test_a_picture_too_large_to_decode(self, tmp_path: Path):
        """30,000 by 30,000 pixels are rejected at once, and take no memory."""
        path = saved(tmp_path / "a.png", blank_png(30_000, 30_000))
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started_s = time.monotonic()

        with pytest.raises(PictureError, match="30000x30000 is over the limit of 134 megapixels"):
            read_picture(path)

        assert time.monotonic() - started_s < 1
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 50_000

    def test_formats_whose_size_only_opencv_knows_are_limited_too(self, tmp_path: Path):
        """OpenCV refuses by the limit it was given when it was loaded."""
        side = int(MAX_PIXELS**0.5) + 1000
        path = saved(tmp_path / "a.pgm", b"P5\n%d %d\n255\n" % (side, side) + bytes(99))

        with pytest.raises(PictureError, match="134 megapixels"):
            read_picture(path)
