import Annotation

/// What every page has: who looks at it, and the token that its forms send back.
struct Page {
    var user: User?
    var csrf: String

    func callAsFunction(_ title: String, _ content: HTML) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="csrf" content="\(csrf)"><title>\(title)</title>
        <link rel="icon" href="data:,"><link rel="stylesheet" href="/annotate.css"><script src="/annotate.js" defer></script></head>
        <body><a class="skip" href="#main">Skip to the content</a>
        <header><a href="/">Annotation</a>\(navigation)</header>
        <main id="main"><h1>\(title)</h1>\(content)</main></body></html>
        """
    }

    private var navigation: HTML {
        guard let user else { return .none }
        let admin: HTML = user.role == .admin ? "<a href=\"/admin\">Administration</a>" : .none
        return """
            <nav aria-label="Main">\(admin)<span>\(user.name) (\(user.role.rawValue))</span>\(button("/logout", "Log out"))</nav>
            """
    }

    /// A form of one button; `fields` are sent with it.
    func button(_ path: String, _ label: String, _ fields: [(String, String)] = [], style: String = "") -> HTML {
        let hidden: [HTML] = fields.map { "<input type=\"hidden\" name=\"\($0.0)\" value=\"\($0.1)\">" }
        return """
            <form class="inline" method="post" action="\(path)">\(token)\(hidden)<button class="\(style)">\(label)</button></form>
            """
    }

    var token: HTML { "<input type=\"hidden\" name=\"csrf\" value=\"\(csrf)\">" }

    /// A page that says what went wrong.
    func problem(_ message: String) -> HTML {
        self("That did not work", "<p role=\"alert\">\(message)</p><p><a href=\"/\">To the projects</a></p>")
    }
}
