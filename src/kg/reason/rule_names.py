"""What the rules of OWL 2 RL/RDF say, in sentences for people who know no logic.

The names are those of OWL 2 Profiles, section 4.3, tables 4 to 9. Rule files say it themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from kg.errors import Text
from kg.reason.rule import Rule

PROFILES = "https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules"
"""Where the recommendation lists the rules."""
_TABLES = (("eq-", 4), ("prp-", 5), ("cls-", 6), ("cax-", 7), ("dt-", 8), ("scm-", 9))

# name | German | English
_SENTENCES = """
stated | Eine Quelle sagt es so. | A source says it so.
? | Die Suche wurde hier abgebrochen. | The search was cut short here.
eq-ref | Jedes Ding ist mit sich selbst gleich. | Everything is the same as itself.
eq-sym | Ist eines mit dem anderen gleich, so auch das andere mit dem einen. | \
If one thing is the same as another, the other is the same as the one.
eq-trans | Sind zwei Dinge mit einem dritten gleich, so sind sie es auch untereinander. | \
Two things that are the same as a third are the same as each other.
eq-rep-s | Was von einem Ding gilt, gilt unter jedem seiner Namen. | \
What holds of a thing holds under each of its names.
eq-rep-p | Gleiche Eigenschaften sagen dasselbe. | Properties that are the same say the same.
eq-rep-o | Wer zu einem Ding in Beziehung steht, steht es unter jedem seiner Namen. | \
Whoever is related to a thing is related to it under each of its names.
eq-diff1 | Was gleich ist, kann nicht zugleich verschieden sein. | \
What is the same cannot be different as well.
eq-diff2 | Von Dingen, die alle verschieden sind, können keine zwei gleich sein. | \
Of things that are all different no two can be the same.
eq-diff3 | Von Dingen, die alle verschieden sind, können keine zwei gleich sein. | \
Of things that are all different no two can be the same.
prp-ap | Dies ist eine Eigenschaft für Anmerkungen. | This is a property for annotations.
prp-dom | Wer diese Eigenschaft hat, gehört zu der Klasse, für die sie da ist. | \
Whatever has this property belongs to the class that the property is for.
prp-rng | Worauf diese Eigenschaft zeigt, gehört zu der Klasse ihrer Werte. | \
Whatever this property points to belongs to the class of its values.
prp-fp | Die Eigenschaft hat höchstens einen Wert; zwei Angaben meinen daher dasselbe. | \
The property has at most one value, so two values mean the same thing.
prp-ifp | Der Wert gehört nur einem; wer ihn hat, ist daher derselbe. | \
The value belongs to one thing only, so whatever has it is the same thing.
prp-irp | Nichts kann in dieser Beziehung zu sich selbst stehen. | \
Nothing can be related to itself in this way.
prp-symp | Die Beziehung gilt in beide Richtungen. | The relation holds in both directions.
prp-asyp | Die Beziehung kann nicht in beide Richtungen gelten. | \
The relation cannot hold in both directions.
prp-trp | Die Beziehung setzt sich fort: vom Ersten zum Zweiten, vom Zweiten zum Dritten, also \
auch vom Ersten zum Dritten. | \
The relation carries on: from the first to the second, from the second to the third, and so from \
the first to the third.
prp-spo1 | Die engere Eigenschaft schließt die weitere ein. | \
The narrower property includes the wider one.
prp-spo2 | Mehrere Beziehungen hintereinander ergeben zusammen diese Beziehung. | \
Several relations one after the other make up this relation.
prp-eqp1 | Die beiden Eigenschaften sagen dasselbe. | The two properties say the same.
prp-eqp2 | Die beiden Eigenschaften sagen dasselbe. | The two properties say the same.
prp-pdw | Die beiden Eigenschaften können nicht für dasselbe Paar gelten. | \
The two properties cannot hold for the same pair.
prp-adp | Von diesen Eigenschaften können keine zwei für dasselbe Paar gelten. | \
No two of these properties can hold for the same pair.
prp-inv1 | Die eine Beziehung ist die Umkehrung der anderen. | \
The one relation is the inverse of the other.
prp-inv2 | Die eine Beziehung ist die Umkehrung der anderen. | \
The one relation is the inverse of the other.
prp-key | Wer in allen Schlüsselangaben übereinstimmt, ist derselbe. | \
Things that agree in all parts of their key are the same.
prp-npa1 | Es ist ausdrücklich gesagt, dass diese Beziehung nicht besteht. | \
It is said explicitly that this relation does not hold.
prp-npa2 | Es ist ausdrücklich gesagt, dass dieser Wert nicht gilt. | \
It is said explicitly that this value does not hold.
cls-thing | owl:Thing ist die Klasse von allem. | owl:Thing is the class of everything.
cls-nothing1 | owl:Nothing ist die Klasse, zu der nichts gehört. | \
owl:Nothing is the class that nothing belongs to.
cls-nothing2 | Zu dieser Klasse kann nichts gehören. | Nothing can belong to this class.
cls-int1 | Was zu allen Teilklassen gehört, gehört zu der Klasse, die aus ihnen gebildet ist. | \
What belongs to all of the classes belongs to the class that is made of what they share.
cls-int2 | Was zur zusammengesetzten Klasse gehört, gehört zu jeder, aus der sie gebildet ist. | \
What belongs to the combined class belongs to each class that it is made of.
cls-uni | Was zu einer der Klassen gehört, gehört zu ihrer Vereinigung. | \
What belongs to one of the classes belongs to their union.
cls-com | Nichts kann zu einer Klasse und zugleich zu ihrem Gegenteil gehören. | \
Nothing can belong to a class and to its opposite.
cls-svf1 | Wer diese Beziehung zu einem Mitglied der genannten Klasse hat, gehört zu dieser \
Klasse. | Whatever has this relation to a member of the named class belongs to this class.
cls-svf2 | Wer diese Beziehung überhaupt hat, gehört zu dieser Klasse. | \
Whatever has this relation at all belongs to this class.
cls-avf | Wer zu dieser Klasse gehört, hat diese Beziehung nur zu Mitgliedern der genannten. | \
Members of this class have this relation only to members of the named class.
cls-hv1 | Wer zu dieser Klasse gehört, hat diesen Wert. | Members of this class have this value.
cls-hv2 | Wer diesen Wert hat, gehört zu dieser Klasse. | \
Whatever has this value belongs to this class.
cls-maxc1 | Mitglieder dieser Klasse dürfen hier keinen Wert haben. | \
Members of this class must not have a value here.
cls-maxc2 | Mitglieder dieser Klasse haben hier höchstens einen Wert; zwei Angaben meinen daher \
dasselbe. | Members of this class have at most one value here, so two values mean the same thing.
cls-maxqc1 | Mitglieder dieser Klasse dürfen hier keinen Wert der genannten Klasse haben. | \
Members of this class must not have a value of the named class here.
cls-maxqc2 | Mitglieder dieser Klasse dürfen hier keinen Wert haben. | \
Members of this class must not have a value here.
cls-maxqc3 | Mitglieder dieser Klasse haben hier höchstens einen Wert der genannten Klasse; zwei \
Angaben meinen daher dasselbe. | Members of this class have at most one value of the named class \
here, so two values mean the same thing.
cls-maxqc4 | Mitglieder dieser Klasse haben hier höchstens einen Wert; zwei Angaben meinen daher \
dasselbe. | Members of this class have at most one value here, so two values mean the same thing.
cls-oo | Die Klasse zählt ihre Mitglieder auf, und dieses ist darunter. | \
The class enumerates its members, and this is one of them.
cax-sco | Was zur Unterklasse gehört, gehört auch zur Oberklasse. | \
What belongs to the subclass belongs to the superclass as well.
cax-eqc1 | Die beiden Klassen haben dieselben Mitglieder. | The two classes have the same members.
cax-eqc2 | Die beiden Klassen haben dieselben Mitglieder. | The two classes have the same members.
cax-dw | Nichts kann zu beiden Klassen zugleich gehören. | Nothing can belong to both classes.
cax-adc | Nichts kann zu zweien dieser Klassen zugleich gehören. | \
Nothing can belong to two of these classes.
dt-type1 | Dies ist ein Datentyp. | This is a datatype.
dt-type2 | Der Wert liegt im Bereich dieses Datentyps. | The value is one of this datatype.
dt-eq | Die beiden Schreibweisen stehen für denselben Wert. | \
The two ways of writing stand for the same value.
dt-diff | Die beiden Schreibweisen stehen für verschiedene Werte. | \
The two ways of writing stand for different values.
dt-not-type | Der Wert liegt nicht im Bereich dieses Datentyps. | \
The value is not one of this datatype.
scm-cls | Jede Klasse enthält sich selbst und liegt in der Klasse von allem. | \
Every class includes itself and lies within the class of everything.
scm-sco | Eine Unterklasse der Unterklasse ist auch Unterklasse. | \
A subclass of a subclass is a subclass as well.
scm-eqc1 | Klassen mit denselben Mitgliedern sind Unterklassen voneinander. | \
Classes with the same members are subclasses of each other.
scm-eqc2 | Klassen, die Unterklassen voneinander sind, haben dieselben Mitglieder. | \
Classes that are subclasses of each other have the same members.
scm-op | Jede Eigenschaft schließt sich selbst ein. | Every property includes itself.
scm-dp | Jede Eigenschaft schließt sich selbst ein. | Every property includes itself.
scm-spo | Die engere Eigenschaft einer engeren ist auch enger als die weiteste. | \
A property narrower than a narrower one is narrower than the widest as well.
scm-eqp1 | Eigenschaften, die dasselbe sagen, schließen einander ein. | \
Properties that say the same include each other.
scm-eqp2 | Eigenschaften, die einander einschließen, sagen dasselbe. | \
Properties that include each other say the same.
scm-dom1 | Eine Eigenschaft für die Unterklasse ist auch eine für die Oberklasse. | \
A property for the subclass is one for the superclass as well.
scm-dom2 | Die engere Eigenschaft ist für dieselbe Klasse da wie die weitere. | \
The narrower property is for the same class as the wider one.
scm-rng1 | Werte aus der Unterklasse sind auch Werte aus der Oberklasse. | \
Values from the subclass are values from the superclass as well.
scm-rng2 | Die engere Eigenschaft hat Werte derselben Klasse wie die weitere. | \
The narrower property has values of the same class as the wider one.
scm-hv | Beide Klassen verlangen denselben Wert, die eine mit der engeren Eigenschaft: Sie ist \
Unterklasse der anderen. | Both classes ask for the same value, the one by the narrower property: \
it is a subclass of the other.
scm-svf1 | Die eine Klasse verlangt einen Wert aus der Unterklasse, die andere aus der \
Oberklasse: Jene ist Unterklasse dieser. | One class asks for a value from the subclass, the other \
for one from the superclass: the former is a subclass of the latter.
scm-svf2 | Beide Klassen verlangen einen Wert derselben Klasse, die eine mit der engeren \
Eigenschaft: Sie ist Unterklasse der anderen. | Both classes ask for a value of one class, the one \
by the narrower property: it is a subclass of the other.
scm-avf1 | Die eine Klasse erlaubt nur Werte aus der Unterklasse, die andere auch solche aus der \
Oberklasse: Jene ist Unterklasse dieser. | One class allows only values from the subclass, the \
other all from the superclass: the former is a subclass of the latter.
scm-avf2 | Was für alle Werte der weiteren Eigenschaft gilt, gilt auch für die der engeren. | \
What holds for all values of the wider property holds for those of the narrower one as well.
scm-int | Eine zusammengesetzte Klasse ist Unterklasse jeder Klasse, aus der sie gebildet ist. | \
A combined class is a subclass of each class that it is made of.
scm-uni | Jede der Klassen ist Unterklasse ihrer Vereinigung. | \
Each of the classes is a subclass of their union.
"""


def sentence(name: str, rules: Iterable[Rule] = ()) -> Text:
    """Return what the rule `name` says; `rules` are those of rule files, which say it themselves.

    Names joined by "+", as equality has them, give one sentence after the other. A name that
    nobody knows stands for itself.
    """
    for rule in rules:
        if rule.name == name and (rule.about.de or rule.about.en):
            return rule.about
    known = [_sentences()[part] for part in name.split("+") if part in _sentences()]
    if not known:
        return Text(de=name, en=name)
    return Text(de=" ".join(each.de for each in known), en=" ".join(each.en for each in known))


def table(name: str) -> int | None:
    """Return the number of the table of OWL 2 Profiles that has the rule, None for other rules."""
    if not all(part in _sentences() for part in name.split("+")):
        return None
    return next((number for start, number in _TABLES if name.startswith(start)), None)


def reference(name: str) -> Text | None:
    """Return where the rule is defined, for people; None for rule files and statements."""
    number = table(name)
    if number is None:
        return None
    return Text(de=f"OWL 2 Profiles, Tabelle {number}", en=f"OWL 2 Profiles, table {number}")


@cache
def _sentences() -> dict[str, Text]:
    found = {}
    for line in _SENTENCES.strip().splitlines():
        name, de, en = (part.strip() for part in line.split("|"))
        found[name] = Text(de=de, en=en)
    return found
