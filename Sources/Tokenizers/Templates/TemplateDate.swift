/// The moment that a template is told it is, for templates that write the date. Never read from a clock: what is written
/// would change from day to day.
public struct TemplateDate: Sendable, Equatable {
    public let year, month, day, hour, minute, second: Int

    /// Nil for a date that the Gregorian calendar does not have.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// What Python's `strftime` writes for one directive, in English; nil for one that is not built in.
    func text(of directive: Unicode.Scalar) -> String? {
        switch directive {
        case "Y": padded(year, 4)
        case "y": padded(year % 100, 2)
        case "m": padded(month, 2)
        case "d": padded(day, 2)
        case "H": padded(hour, 2)
        case "I": padded((hour + 11) % 12 + 1, 2)
        case "M": padded(minute, 2)
        case "S": padded(second, 2)
        case "p": hour < 12 ? "AM" : "PM"
        case "j": padded(dayOfYear, 3)
        case "B": Self.months[month - 1]
        case "b": String(Self.months[month - 1].prefix(3))
        case "A": Self.weekdays[weekday]
        case "a": String(Self.weekdays[weekday].prefix(3))
        case "%": "%"
        default: nil
        }
    }

    private var dayOfYear: Int { (1..<month).reduce(day) { $0 + Self.days(in: $1, of: year) } }

    /// From 0 for Sunday. 1 January of the year 1 was a Monday.
    private var weekday: Int {
        let before = year - 1
        return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear) % 7
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension TemplateInterpreter {
    /// The date in the form that a template asks for, as `strftime_now("%d %b %Y")`.
    func formatted(_ date: TemplateDate, by format: TemplateText) throws(TemplateError) -> TemplateValue {
        var (text, isDirective) = ("", false)
        for scalar in format.scalars {
            if isDirective {
                guard let part = date.text(of: scalar) else {
                    throw failure(
                        "strftime_now",
                        "\"%\(scalar)\" is not supported; known here: %Y %y %m %d %H %I %M %S %p %j %B %b %A %a %%")
                }
                text += part
                isDirective = false
            } else if scalar == "%" {
                isDirective = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return .text(try counted(TemplateText(isDirective ? text + "%" : text)))
    }
}
