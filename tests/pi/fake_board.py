"""Write what /proc/cpuinfo and /sys say on a Raspberry Pi 3, 4 and 5.

    python3 tests/pi/fake_board.py FOLDER      FOLDER/pi4/cpuinfo, FOLDER/pi4/sys/... and so on

Under qemu's user mode a program sees those of the machine it really runs on. XNNPACK chooses its
kernels by them, and dies where it finds no ARM processor.
"""

import sys
from pathlib import Path
from typing import NamedTuple

CORES = range(4)


class Board(NamedTuple):
    """Processor of one board."""

    model: str
    part: str  # of ARM's processors
    variant: int
    revision: int
    khz: int
    features: str
    caches: tuple[tuple[str, str, str, bool], ...]  # level, kind, size, shared by the cores


BOARDS = {
    "pi3": Board(
        "Raspberry Pi 3 Model B Plus Rev 1.3",
        "d03",
        0,
        4,
        1_400_000,
        "fp asimd evtstrm crc32 cpuid",
        (
            ("1", "Data", "32K", False),
            ("1", "Instruction", "32K", False),
            ("2", "Unified", "512K", True),
        ),
    ),
    "pi4": Board(
        "Raspberry Pi 4 Model B Rev 1.5",
        "d08",
        0,
        3,
        1_800_000,
        "fp asimd evtstrm crc32 cpuid",
        (
            ("1", "Data", "32K", False),
            ("1", "Instruction", "48K", False),
            ("2", "Unified", "1024K", True),
        ),
    ),
    "pi5": Board(
        "Raspberry Pi 5 Model B Rev 1.0",
        "d0b",
        4,
        1,
        2_400_000,
        "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc "
        "dcpop asimddp",
        (
            ("1", "Data", "64K", False),
            ("1", "Instruction", "64K", False),
            ("2", "Unified", "512K", False),
            ("3", "Unified", "2048K", True),
        ),
    ),
}


def cpuinfo(board: Board) -> str:
    """Write the file that Linux writes on that board."""
    core = (
        "processor\t: {core}\nBogoMIPS\t: 108.00\nFeatures\t: {features}\n"
        "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: {variant:#x}\n"
        "CPU part\t: 0x{part}\nCPU revision\t: {revision}\n\n"
    )
    return "".join(core.format(core=each, **board._asdict()) for each in CORES) + (
        f"Model\t\t: {board.model}\n"
    )


def system(board: Board) -> dict[str, str]:
    """Files of /sys/devices/system/cpu that describe cores and caches."""
    files = dict.fromkeys(("possible", "present", "online"), "0-3")
    files |= {"offline": "", "kernel_max": "255", "isolated": ""}
    for core in CORES:
        files |= {f"cpu{core}/{name}": text for name, text in of_core(board, core).items()}
    return files


def of_core(board: Board, core: int) -> dict[str, str]:
    """Files of one core."""
    alone, together = (str(core), f"{1 << core:x}"), ("0-3", "f")
    identity = 0x41 << 24 | board.variant << 20 | 0xF << 16 | int(board.part, 16) << 4
    files = {
        "cpufreq/cpuinfo_max_freq": str(board.khz),
        "cpufreq/cpuinfo_min_freq": "600000",
        "cpufreq/scaling_max_freq": str(board.khz),
        "topology/physical_package_id": "0",
        "topology/core_id": str(core),
        "topology/cluster_id": "-1",
        "topology/core_siblings_list": together[0],
        "topology/core_siblings": together[1],
        "topology/package_cpus_list": together[0],
        "topology/package_cpus": together[1],
        "topology/thread_siblings_list": alone[0],
        "topology/thread_siblings": alone[1],
        "regs/identification/midr_el1": f"{identity | board.revision:#018x}",
    }
    for index, (level, kind, size, shared) in enumerate(board.caches):
        cores = together if shared else alone
        facts = {"level": level, "type": kind, "size": size, "coherency_line_size": "64"}
        facts |= {"shared_cpu_list": cores[0], "shared_cpu_map": cores[1]}
        files |= {f"cache/index{index}/{name}": text for name, text in facts.items()}
    return files


def main(folder: Path) -> None:
    """Write all boards."""
    for name, board in BOARDS.items():
        files = {f"sys/devices/system/cpu/{path}": text for path, text in system(board).items()}
        files |= {
            "cpuinfo": cpuinfo(board),
            "sys/firmware/devicetree/base/model": f"{board.model}\0",
        }
        for path, text in files.items():
            target = folder / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
