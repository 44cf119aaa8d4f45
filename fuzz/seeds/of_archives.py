"""Seeds for the reader of archives: good ones, and those that lead out of their folder."""

import tarfile

from formats import JPEG, member, packed, tarred, zipped

FILE, LINK, HARD_LINK = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
NUMBERS = b"1\n2\n3\n"
GOOD = [("in/numbers", NUMBERS), ("in/packed.gz", packed(NUMBERS)), ("in/images/1.jpg", JPEG)]


def tar(*members):
    return tarred([(name, FILE, content) for name, content in GOOD] + list(members))


def zip_(*members):
    return zipped(GOOD + list(members))


SEEDS = {
    "archives": {
        "good.zip": zip_(),
        "good.tar": tar(),
        "good.tar.gz": packed(tar()),
        "parent.zip": zip_(("../escaped", b"x")),
        "parent_deep.zip": zip_(("in/images/../../../escaped.jpg", JPEG)),
        "absolute.zip": zip_(("/escaped", b"x")),
        "backslashes.zip": zip_(("in\\..\\..\\escaped", b"x")),
        "link.zip": zipped([(member("in/numbers", mode=0o120777), b"/etc/passwd")]),
        "image_cut.zip": zipped(GOOD[:2] + [("in/images/1.jpg", JPEG[:-20])]),
        "too_long.zip": zipped([("in/numbers", bytes(100_000))]),
        "parent.tar": tar(("../escaped", FILE, b"x")),
        "parent_deep.tar": tar(("in/images/../../../escaped.jpg", FILE, JPEG)),
        "absolute.tar": tar(("/escaped", FILE, b"x")),
        "link.tar": tarred([("in/numbers", LINK, b"/etc/passwd")]),
        "link_to_folder.tar": tarred([("in/images", LINK, b"/tmp"), ("in/images/1.jpg", FILE, JPEG)]),
        "hard_link.tar": tarred([("in/numbers", HARD_LINK, b"../../mirror/small/a.tar")]),
        "long_name.tar": tar(("in/images/" + "a" * 200 + ".jpg", FILE, JPEG)),
        "pax.tar": tarred([("in/images/é" + "a" * 200 + ".jpg", FILE, JPEG)], tarfile.PAX_FORMAT),
        "cut.tar": tar()[:700],
        "cut.tar.gz": packed(tar())[:-10],
        "long_name_of_a_million.tar.gz": packed(tarred([("in/" + "a" * 1_000_000, FILE, b"x")])),
        "long_name_of_ten_million.tar.gz": packed(tarred([("in/" + "a" * 10_000_000, FILE, b"x")])),
        "pax_of_ten_million.tar.gz": packed(tarred([("in/" + "a" * 10_000_000, FILE, b"x")], tarfile.PAX_FORMAT)),
    }
}

