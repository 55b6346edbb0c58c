/// Letters of other scripts that look like Latin ones, from Unicode's confusables (UTS 39), the ones that are drawn alike
/// in common typefaces.
enum LookAlikes {
    static let latin: [Unicode.Scalar: Unicode.Scalar] = {
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (letters, imitated) in groups {
            for scalar in letters.unicodeScalars { table[scalar] = imitated }
        }
        return table
    }()

    private static let groups: [(String, Unicode.Scalar)] = [
        ("аɑαа", "a"), ("АΑᎪ", "A"), ("ВΒᏴ", "B"), ("сϲⅽ", "c"), ("СϹᏟ", "C"), ("ԁɗ", "d"), ("Ꭰ", "D"),
        ("еҽє", "e"), ("ЕΕᎬ", "E"), ("ϝ", "f"), ("Ϝ", "F"), ("ɡց", "g"), ("Ԍ", "G"), ("һհ", "h"), ("НΗᎻ", "H"),
        ("іıιɩ", "i"), ("ІΙᏆ", "I"), ("ј", "j"), ("ЈᎫ", "J"), ("ҝκк", "k"), ("КΚᏦ", "K"), ("ӏ", "l"), ("Ꮮ", "L"),
        ("МΜᎷ", "M"), ("ոп", "n"), ("Ν", "N"), ("оοօ", "o"), ("ОΟՕ", "O"), ("рρ", "p"), ("РΡᏢ", "P"), ("ԛ", "q"),
        ("Ԛ", "Q"), ("г", "r"), ("ᎡᏒ", "R"), ("ѕ", "s"), ("ЅᏚ", "S"), ("т", "t"), ("ТΤᎢ", "T"), ("υս", "u"),
        ("Ս", "U"), ("νѵ", "v"), ("ѴᏙ", "V"), ("ԝѡω", "w"), ("ԜᎳ", "W"), ("хχ", "x"), ("ХΧ", "X"), ("уүγ", "y"),
        ("УΥҮ", "Y"), ("ᴢ", "z"), ("ΖᏃ", "Z"), ("‐‑‒–—−", "-"), ("‘’ʼ", "'"),
    ]
}
