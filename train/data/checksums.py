"""MD5 checksums of the unpacked IDX files of the data sets.

Unpacked, because mirrors compress the same bytes differently.
"""

MD5 = {
    "bhmsds/bhmsds-digits-images-idx3-ubyte.gz": "07d867f84311834d816f55933cd24f6a",
    "bhmsds/bhmsds-digits-labels-idx1-ubyte.gz": "0776f90882a5b0d474e4903ea415aa3a",
    "bhmsds/bhmsds-digits-tight28-images-idx3-ubyte.gz": "45b0a1692971f03d375922681c92fd63",
    "bhmsds/bhmsds-symbols-labels-idx1-ubyte.gz": "e99956fbf2cfad14efe9c9d5b82463b8",
    "bhmsds/bhmsds-symbols-tight28-images-idx3-ubyte.gz": "991ff13ce0bb9321a8ac505efedabe3a",
    "emnist/emnist-digits-images-idx3-ubyte.gz": "f2cf87886f3b898a07205a4ddb5f5739",
    "emnist/emnist-digits-labels-idx1-ubyte.gz": "98f89bfad730628d5cd40c244692b39b",
    "emnist/emnist-letters-images-idx3-ubyte.gz": "b6bc6c981f6cc2359b3e60a953405bbe",
    "emnist/emnist-letters-labels-idx1-ubyte.gz": "4c5d71269b27d7c0f0da6253854761b9",
    "finnish_drawn/finnish-drawn-images-idx3-ubyte.gz": "458b8f31973e9daad9a131de6e3180ae",
    "finnish_drawn/finnish-drawn-labels-idx1-ubyte.gz": "32651828cd3c53c7aa21e0097d3b9b36",
    "kensanata_numbers16/kensanata16-images-idx3-ubyte.gz": "d8b27d45cb4aae6445c2507a621a9e54",
    "kensanata_numbers16/kensanata16-labels-idx1-ubyte.gz": "724d7b6932de952075ffc03231f32da4",
    "mdas_symbols/mdas-symbols-images-idx3-ubyte.gz": "65327f806d6f0e79e0bce625186f5cfe",
    "mdas_symbols/mdas-symbols-labels-idx1-ubyte.gz": "83c7bd94612399d447632bf79926e63e",
    "mnist/t10k-images-idx3-ubyte.gz": "2646ac647ad5339dbf082846283269ea",
    "mnist/t10k-labels-idx1-ubyte.gz": "27ae3e4e09519cfbb04c329615203637",
    "mnist/train-images-idx3-ubyte.gz": "6bbc9ace898e44ae57da46a324031adb",
    "mnist/train-labels-idx1-ubyte.gz": "a25bea736e30d166cdddb491f175f624",
    "notmnist/notmnist10k-images-idx3-ubyte.gz": "1e78b07d677d6e4de2c8857bafff012e",
    "notmnist/notmnist10k-labels-idx1-ubyte.gz": "b10b3ef34b4e468313a7b24c216c6a53",
    "omniglot_small/omniglot-small-images-idx3-ubyte.gz": "26260d838fd3748402712c1766546b4d",
    "omniglot_small/omniglot-small-labels-idx1-ubyte.gz": "a6baeea74244a59e623d143e4173c171",
    "optdigits_windep/optdigits-windep-images-idx3-ubyte.gz": "dd2e92c1c0511880109d483f58a77670",
    "optdigits_windep/optdigits-windep-labels-idx1-ubyte.gz": "497796a0698e25d3920a9422b635bf34",
    "pendigits/pendigits-writers31-44-images-idx3-ubyte.gz": "61f29351902dd62c2279a21ed9b4d59a",
    "pendigits/pendigits-writers31-44-labels-idx1-ubyte.gz": "18d73a67a96ebc1cf93b6f1dff3a9911",
    "quickdraw3/quickdraw3-images-idx3-ubyte.gz": "99e183710d0b8f0f2cf6ad69f361bb5f",
    "quickdraw3/quickdraw3-labels-idx1-ubyte.gz": "69e781173322ab62c6ca59bfd0567965",
    "sudoku_printed/sudoku-printed-digits-images-idx3-ubyte.gz": "4f7ef91595b47e73f525fadb686d96b5",  # noqa: E501
    "sudoku_printed/sudoku-printed-digits-labels-idx1-ubyte.gz": "30c51f45fb7d565583fb6b37620182a0",  # noqa: E501
    "unipen/unipen-digits-images-idx3-ubyte.gz": "0776d266c5bd784ebd77f56bc0d08687",
    "unipen/unipen-digits-labels-idx1-ubyte.gz": "08b6bf43c1301784577930d0b2accce2",
    "unipen/unipen-letters-images-idx3-ubyte.gz": "dc8d54b20a0b6831237e1ee99114d790",
    "unipen/unipen-letters-labels-idx1-ubyte.gz": "f629c5d5491108b4242c67256c7a9879",
    "unipen/unipen-symbols-images-idx3-ubyte.gz": "181fee50125c062a18780b9c8e65ffdc",
    "unipen/unipen-symbols-labels-idx1-ubyte.gz": "92ad29d6f4ebb7f4c0bf456cd7f5b652",
}
