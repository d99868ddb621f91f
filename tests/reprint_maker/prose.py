"""News prose of made-up words: no two texts share more than chance has it."""

from __future__ import annotations

from random import Random

_CHARACTERS = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "进着等部度家电力里如水化高自理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样"
    "与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革"
    "位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处"
    "队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车"
    "例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持"
    "音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候"
    "毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"
)
_WORDS = 6_000


class Prose:
    """Sentences, paragraphs and headlines from a seeded random source."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        vocabulary = Random(7)
        self._words = ["".join(vocabulary.sample(_CHARACTERS, 2)) for _ in range(_WORDS)]

    def words(self, count: int) -> str:
        """So many words of two characters, the first ones of the vocabulary more often than the last."""
        return "".join(self._words[int(_WORDS * self._rng.random() ** 2)] for _ in range(count))

    def person(self) -> str:
        """A name."""
        return self._rng.choice("王李张刘陈杨黄赵吴周徐孙马朱") + "".join(self._rng.sample(_CHARACTERS, 2))

    def sentence(self) -> str:
        """A sentence; every third has a figure."""
        figure = f"{self._rng.randint(2, 9999)}{self._rng.choice('个人户亩件次')}" if self._rng.random() < 0.33 else ""
        return f"{self.words(self._rng.randint(3, 9))}，{self.words(self._rng.randint(2, 7))}{figure}{self.words(3)}。"

    def paragraph(self) -> str:
        """One to four sentences."""
        return "".join(self.sentence() for _ in range(self._rng.randint(1, 4)))

    def paragraphs(self, fewest: int, most: int) -> list[str]:
        """Paragraphs, so many."""
        return [self.paragraph() for _ in range(self._rng.randint(fewest, most))]

    def title(self) -> str:
        """A headline."""
        return self.words(self._rng.randint(4, 9))
