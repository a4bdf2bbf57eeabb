"""The names and abbreviations of the months in the languages of price files; knows no file."""

from __future__ import annotations

from rnnlab.data.prices.words import plain_word

# A line a language, January to December; a name's abbreviations follow it.
_LANGUAGES = (
    "january jan, february feb, march mar, april apr, may, june jun, july jul, august aug, september sep sept, "
    "october oct, november nov, december dec",
    "januar jänner jan, februar feb, märz mrz mär, april apr, mai, juni jun, juli jul, august aug, september sep, "
    "oktober okt, november nov, dezember dez",
    "janvier janv, février févr fév, mars, avril avr, mai, juin, juillet juil, août aoû, septembre sept, octobre oct, "
    "novembre nov, décembre déc",
    "enero ene, febrero feb, marzo mar, abril abr, mayo may, junio jun, julio jul, agosto ago, septiembre sep set, "
    "octubre oct, noviembre nov, diciembre dic",
    "gennaio gen, febbraio feb, marzo mar, aprile apr, maggio mag, giugno giu, luglio lug, agosto ago, settembre set, "
    "ottobre ott, novembre nov, dicembre dic",
    "janeiro jan, fevereiro fev, março mar, abril abr, maio mai, junho jun, julho jul, agosto ago, setembro set, "
    "outubro out, novembro nov, dezembro dez",
    "januari jan, februari feb, maart mrt, april apr, mei, juni jun, juli jul, augustus aug, september sep, oktober, "
    "november nov, december dec",
    "stycznia styczeń sty, lutego luty lut, marca marzec mar, kwietnia kwiecień kwi, maja maj, czerwca czerwiec cze, "
    "lipca lipiec lip, sierpnia sierpień sie, września wrzesień wrz, października październik paź, "
    "listopada listopad lis, grudnia grudzień gru",
    "января январь янв, февраля февраль февр фев, марта март мар, апреля апрель апр, мая май, июня июнь июн, "
    "июля июль июл, августа август авг, сентября сентябрь сент сен, октября октябрь окт, ноября ноябрь нояб ноя, "
    "декабря декабрь дек",
    "ocak oca, şubat şub, mart mar, nisan nis, mayıs may, haziran haz, temmuz tem, ağustos ağu, eylül eyl, ekim eki, "
    "kasım kas, aralık ara",
    "januari jan, februari feb, mars mar, april apr, maj, juni jun, juli jul, augusti aug, september sep, oktober okt, "
    "november nov, december dec",
    "januar jan, februar feb, mars marts mar, april apr, maj mai, juni jun, juli jul, august aug, september sep, "
    "oktober okt, november nov, desember december des",
)
_MONTHS = {
    plain_word(name): number
    for language in _LANGUAGES
    for number, names in enumerate(language.split(","), start=1)
    for name in names.split()
}
_ENGLISH = [names.split()[0] for names in _LANGUAGES[0].split(",")]


def month_number(written: str) -> int:
    """Give 1 to 12 for a month's number, name or abbreviation (English ones of any length), 0 for anything else."""
    if written.isdigit():
        return int(written)
    name = plain_word(written)
    if name in _MONTHS:
        return _MONTHS[name]
    return next((number for number, month in enumerate(_ENGLISH, start=1) if month.startswith(name) and name), 0)
