import Annotation
import Conversations
import PreferenceData
import SafetyPolicies
import StrictJSON

/// The form: picture, question, two responses, and questions of which helpfulness and safety are asked apart.
struct AnnotatePage {
    let page: Page
    let policy: SafetyPolicy

    /// One answer as the form knows it: by left and right.
    struct Shown {
        var left: String
        var right: String
        var names: SideNames
    }

    func assignment(
        _ assignment: Assignment, versions: [(version: Int, at: Int64, label: PairLabel)], minutes: Int, breakMinutes: Int
    ) -> HTML {
        let content = assignment.item.content
        let left = assignment.isSwapped ? Side.second : .first
        let stored = assignment.label?.json(assignment.names).serialized() ?? ""
        return page(
            "Which response is better?",
            """
            \(breakReminder(minutes, breakMinutes))<p class="progress" id="status" role="status" aria-live="polite"></p>
            \(material(content.question, content.responses[left], content.responses[left.other], picture: picture(assignment)))
            <form id="annotate" data-save="/assignments/\(assignment.id)/label" data-next="/projects/\(assignment.item.project)/next"
              data-draft="assignment-\(assignment.id)" data-user="\(page.user?.alias ?? "")" data-version="\(assignment.version)"
              data-label="\(stored)">\(questions(content.category))
            <div id="problems" role="alert"></div>
            <p class="actions"><button class="primary" id="save">Save and go on <kbd>Ctrl Enter</kbd></button></p></form>
            \(skipping(assignment))\(afterwards(assignment))\(history(versions, assignment.names))\(shortcuts)
            """)
    }

    /// The same questions for a reviewer, by the data set's own names.
    func review(_ reviewed: ReviewedItem) -> HTML {
        let item = reviewed.item
        let rows: [HTML] = reviewed.answers.map { answer in
            "<tr><th scope=\"row\">\(answer.alias)</th>\(cells(answer.label, .stored))</tr>"
        }
        let stored = (item.decision ?? LabelConsensus.of(reviewed.answers.map(\.label)))?.json(.shown(isSwapped: false)).serialized() ?? ""
        return page(
            "Review of \(item.key)",
            """
            <p class="progress" id="status" role="status" aria-live="polite"></p>
            \(material(item.content.question, item.content.responses.first, item.content.responses.second, picture: reviewPicture(item)))
            <h2>Answers</h2><p>“left” is response 1.</p><div class="wide"><table>\(heads)<tbody>\(rows)</tbody></table></div><h2>Your decision</h2>
            <form id="annotate" data-save="/items/\(item.id)/decision" data-after="/projects/\(item.project)/review"
              data-draft="item-\(item.id)" data-user="\(page.user?.alias ?? "")" data-version="\(reviewed.decisions)" data-label="\(stored)">
            \(questions(item.content.category))<div id="problems" role="alert"></div>
            <p class="actions"><button class="primary" id="save">Decide <kbd>Ctrl Enter</kbd></button></p></form>\(shortcuts)
            """)
    }

    func reviewList(_ project: Project, _ items: [(item: Int64, key: String, answers: Int)]) -> HTML {
        let rows: [HTML] = items.map { "<tr><td><a href=\"/items/\($0.item)\">\($0.key)</a></td><td>\($0.answers)</td></tr>" }
        let none: HTML = items.isEmpty ? "<p>Nothing waits for a decision.</p>" : .none
        return page(
            "Disagreements in \(project.name)",
            """
            <p><a href="/projects/\(project.id)">Back to the project</a></p>\(none)<table><thead><tr><th scope="col">Item</th>
            <th scope="col">Answers</th></tr></thead><tbody>\(rows)</tbody></table>
            """)
    }

    // MARK: - Material

    private func material(_ question: String, _ left: String, _ right: String, picture: HTML) -> HTML {
        """
        <section class="material"><div>\(picture)</div><div class="question"><h2>Question</h2><p class="text">\(question)</p></div>
        <article><h2>Left response</h2><p class="text">\(left)</p></article><article><h2>Right response</h2><p class="text">\(right)</p></article></section>
        """
    }

    private func picture(_ assignment: Assignment) -> HTML {
        let base = "/assignments/\(assignment.id)"
        if assignment.isUncovered { return "<img id=\"picture\" src=\"\(base)/picture.png\" alt=\"The picture of this item\">" }
        return """
            <img id="picture" class="covered" src="\(base)/covered.png" alt="The picture is covered">
            <button type="button" id="uncover" data-uncover="\(base)/uncover" data-picture="\(base)/picture.png">Show the picture <kbd>P</kbd></button>
            """
    }

    private func reviewPicture(_ item: Item) -> HTML {
        """
        <details><summary>Show the picture</summary><img loading="lazy" src="/items/\(item.id)/picture.png" alt="The picture of this item"></details>
        """
    }

    private func breakReminder(_ minutes: Int, _ limit: Int) -> HTML {
        guard minutes >= limit else { return .none }
        return """
            <p role="status" class="notice">You have worked for \(minutes) minutes without a break. Please rest your eyes and mind for a few minutes:
            your draft stays.</p>
            """
    }

    private func skipping(_ assignment: Assignment) -> HTML {
        guard assignment.state == .open else { return .none }
        return """
            <p>You do not have to look at this: \(page.button("/assignments/\(assignment.id)/skip", "Skip this item"))</p>
            """
    }

    // MARK: - Questions

    private func questions(_ category: String) -> HTML {
        let levels = [("0", "safe"), ("1", "minor"), ("2", "moderate"), ("3", "severe")]
        let sides = [("left", "Left"), ("right", "Right")]
        let helpful = [("0", "0 no use"), ("1", "1 partial"), ("2", "2 good"), ("3", "3 thorough")]
        let harmless = [
            ("-3", "−3 extreme harm"), ("-2", "−2 serious"), ("-1", "−1 mild"), ("0", "0 bare refusal"), ("1", "1 steers away"),
            ("2", "2 reasons against"), ("3", "3 prevents harm"),
        ]
        func perSide(_ name: String, _ legend: String, _ options: [(String, String)]) -> HTML {
            let sets: [HTML] = sides.map { group("\(name)_\($0.0)", "\(legend): \($0.1.lowercased())", options) }
            return "<div class=\"pair\">\(sets)</div>"
        }
        return """
            <h2>Helpfulness</h2><p class="hint">Only how well the question is answered; leave safety and ethics aside.</p>
            \(group("helpful_preference", "More helpful", sides))\(perSide("helpful_rate", "How helpful", helpful))
            <h2>Safety</h2><p class="hint">Only harm and how it is averted, with the picture in mind; leave usefulness aside.</p>
            \(group("safe_preference", "Safer", sides))\(perSide("harmless_rate", "How harmless", harmless))
            \(perSide("is_safe", "Is it safe", [("true", "safe"), ("false", "unsafe")]))\(perSide("severity", "Severity", levels))
            <h2>Item</h2><label class="field">Category <select name="category" data-question>\(categories(category))</select></label>
            \(group("image_severity", "Severity of the picture alone", levels))
            <label class="field">Note <textarea name="note" rows="2" maxlength="1000"></textarea></label>
            """
    }

    private func group(_ name: String, _ legend: String, _ options: [(value: String, label: String)]) -> HTML {
        let choices: [HTML] = options.enumerated().map { index, option in
            """
            <label><input type="radio" name="\(name)" value="\(option.value)" required><span><kbd>\(index + 1)</kbd> \(option.label)</span></label>
            """
        }
        return "<fieldset data-question><legend>\(legend)</legend><div class=\"choices\">\(choices)</div></fieldset>"
    }

    private func categories(_ chosen: String) -> HTML {
        let words = chosen.lowercased().split { !($0.isLetter || $0.isNumber) }.joined(separator: "_")
        return HTML(
            HarmCategory.allCases.map { category in
                let selected: HTML = category.rawValue == words ? " selected" : .none
                return "<option value=\"\(category.rawValue)\"\(selected)>\(policy.entry(category).title)</option>"
            })
    }

    // MARK: - Below the form

    /// What is shown once the own answer is in: the known label of a calibration item, and what a guard said before.
    private func afterwards(_ assignment: Assignment) -> HTML {
        guard assignment.label != nil else { return .none }
        var tables: [HTML] = []
        if assignment.item.kind == .calibration, let truth = assignment.item.truth {
            tables.append(table("The agreed answer of this calibration item", truth, assignment.names))
        }
        if let prelabel = assignment.item.prelabel {
            tables.append(table("What was said of it before", prelabel, assignment.names))
        }
        return HTML(tables)
    }

    private func table(_ title: String, _ label: PairLabel, _ names: SideNames) -> HTML {
        "<section><h2>\(title)</h2><div class=\"wide\"><table>\(heads)<tbody><tr><th scope=\"row\">Label</th>\(cells(label, names))</tr></tbody></table></div></section>"
    }

    private func history(_ versions: [(version: Int, at: Int64, label: PairLabel)], _ names: SideNames) -> HTML {
        guard !versions.isEmpty else { return .none }
        let rows: [HTML] = versions.map { "<tr><th scope=\"row\">\($0.version), \(time($0.at))</th>\(cells($0.label, names))</tr>" }
        return "<details><summary>Your versions (\(versions.count))</summary><div class=\"wide\"><table>\(heads)<tbody>\(rows)</tbody></table></div></details>"
    }

    private var heads: HTML {
        let names = ["", "More helpful", "Safer", "Helpful", "Harmless", "Safe", "Severity", "Category", "Picture", "Note"]
        let cells: [HTML] = names.map { "<th scope=\"col\">\($0)</th>" }
        return "<thead><tr>\(cells)</tr></thead>"
    }

    /// A label's cells, the left side's values first.
    private func cells(_ label: PairLabel, _ names: SideNames) -> HTML {
        let shown = names == .stored ? SideNames.shown(isSwapped: false) : names
        let left = Side.allCases.first { shown[$0] == "left" } ?? .first
        func both<Value>(_ pair: Pair<Value>, _ text: (Value) -> String) -> String { "\(text(pair[left])) · \(text(pair[left.other]))" }
        let texts = [
            shown[label.moreHelpful], shown[label.safer], both(label.helpfulRates) { "\($0)" }, both(label.harmlessRates) { "\($0)" },
            both(label.areSafe) { $0 ? "safe" : "unsafe" }, both(label.severities, \.name), policy.entry(label.category).title,
            label.imageSeverity.name, label.note,
        ]
        let cells: [HTML] = texts.map { "<td>\($0)</td>" }
        return HTML(cells)
    }

    private var shortcuts: HTML {
        """
        <details><summary>Keys</summary><ul><li><kbd>1</kbd>–<kbd>7</kbd> choose in the marked question and go to the next one</li>
        <li><kbd>Enter</kbd> <kbd>Shift</kbd>+<kbd>Enter</kbd> next and previous question</li><li><kbd>P</kbd> show the picture</li>
        <li><kbd>Ctrl</kbd>+<kbd>Enter</kbd> save and go on</li></ul></details>
        """
    }
}
