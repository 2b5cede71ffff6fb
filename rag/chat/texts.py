"""Every English sentence of the page; translate this file to translate the page."""

from __future__ import annotations

PRODUCT = "Pilcrow"
TAGLINE = "Answers you can check, sentence by sentence"

# Rooms of the page
TAB_CHAT = "Ask"
TAB_DOCUMENTS = "Documents"
TAB_EVALUATION = "Evaluation"

# Getting ready, and who answers
GETTING_READY = "Getting ready: reading the index …"
NOT_READY = "Still getting ready. Your question is asked as soon as the documents are open."
BADGE_QUOTE = "Exact quotes, no language model"
BADGE_QUOTE_HELP = (
    "Answers are sentences of the documents, word for word. For written answers start with "
    "PILCROW_MODEL=provider:model, for example PILCROW_MODEL=openai:gpt-5-mini or PILCROW_MODEL=ollama:llama3.2."
)
BADGE_MODEL = "Written by {model}"
BADGE_MODEL_HELP = "A language model writes the sentences; every citation is checked against the document."

# Asking
QUESTION_LABEL = "Your question"
QUESTION_HINT = "Ask the documents …"
ASK = "Ask"
STOP = "Stop"
WELCOME = "What do the documents say?"
WELCOME_MORE = (
    "Every sentence of an answer carries the number of the paragraph it rests on. Choose a number and the "
    "document opens beside it, with the exact words marked."
)
EXAMPLES = "For example"
EXAMPLE_QUESTIONS = (
    "How many Armenian servicemen does Azerbaijan release?",
    "Who welcomes the joint statement of Armenia and Azerbaijan?",
    "What does Armenia do about hosting COP29?",
    "When will the peace treaty be signed?",
)
SEARCHING = "Searching the documents …"
READING = "Reading {count} paragraphs …"
READING_ONE = "Reading 1 paragraph …"
WAITING = "{ahead} ahead of you. Your question is asked as soon as it is your turn."
ANSWER_BY = "Answer"
QUESTION_BY = "You asked"
EMPTY_QUESTION = "Write a question first."
WORDLESS_QUESTION = "This question holds no word."
LONG_QUESTION = "This question has {length:,} characters; {limit:,} are the limit."
TOO_MANY = "That is more than {limit} questions in a minute. Try again in {seconds} seconds."
STOPPED = "Stopped before the answer was finished; nothing here was checked."
FAILED = "This question could not be answered. {what}"
CONVERSATION_GONE = "This conversation was deleted in another window. What you ask now begins a new one."
BROKEN = "Something went wrong while answering; nothing was lost. Ask again."
WITHDRAWN = "The language model failed ({reason}), so what it had written was taken back."

# An answer
SEARCHED_FOR = "Searched for"
CITATION = "Citation {number}: {what}, paragraph {paragraph}"
CITATIONS = "Sources of this answer"
UNDATED = "undated"
PARTIAL = "Only partly supported"
UNSUPPORTED = "Not supported by its source"
ABSTAINED = "The documents do not answer this."
CLOSEST = "What came nearest"
SEARCH_WIDER = "Search wider"
SEARCH_WIDER_HELP = "Ask again without filters, over more paragraphs"
SECONDS = "{seconds:.2f} s"
BY_QUOTE = "Exact quotes, no language model"
BY_MODEL = "Written by {model}"
REJECTED = "{count} citation refused: it could not be verified"
REJECTED_MANY = "{count} citations refused: they could not be verified"
ALSO_IN = "Also carried by"
ALSO_IN_ONE = "Also carried by one other document"
ALSO_IN_MANY = "Also carried by {count} other documents"
CHANGED = "The document has changed since; this is the wording that was cited."
DOCUMENT_NOW = "The document as it is now"
GONE = "The document is no longer in the index; this is the wording that was cited."
AGAIN = "Ask again"
EDIT = "Edit"
EDITING = "What you ask now takes the place of the last question and its answer."
EDITING_CANCEL = "Keep them"
COPY = "Copy"
COPY_PLAIN = "Text"
COPY_MARKDOWN = "Markdown"
COPY_BIBTEX = "BibTeX"
COPY_CSL = "CSL-JSON"
COPIED = "Copied"
LINK_QUESTION = "Link to the question"
HELPFUL = "Helpful"
UNHELPFUL = "Not helpful"
COMMENT = "What should have been said?"
COMMENT_SEND = "Send"
THANKS = "Noted, thank you."
ONLY = "Only"
FILTER_SINCE = "since {since}"
FILTER_UNTIL = "until {until}"

# The source pane
SOURCE = "Source"
SOURCE_EMPTY = "The cited document opens here."
SOURCE_EMPTY_MORE = "Choose a citation number in an answer."
CLOSE = "Close"
KIND_STATEMENT = "Statement"
KIND_COVERAGE = "Coverage"
COVERAGE_BY = "{publisher}, coverage"
COVERS_WHOM = "covers {issuer}"
COVERS = "Covers"
ISSUER = "Issued by"
PUBLISHER = "Published by"
DATE = "Date"
PUBLISHER_PAGE = "Publisher’s page"
NO_PUBLISHER_PAGE = "The address of the publisher’s page is not known."
PUBLISHER_PASSAGE = "See the passage there"
PREVIOUS_CITATION = "Previous citation"
NEXT_CITATION = "Next citation"
CITATION_OF = "Citation {number} of {count}"
PARAGRAPH = "Paragraph {number}"
PARAGRAPHS = "Paragraphs {numbers}"
COPY_PARAGRAPH = "Copy with reference"
PARAGRAPH_LINK = "Copy link"
ANNOTATION = "Web Annotation"
EARLIER_PARAGRAPHS = "Earlier paragraphs"
LATER_PARAGRAPHS = "Later paragraphs"
NO_DOCUMENT = "There is no document {reference} in the index."

# Filters
FILTERS = "Narrow the search"
FILTER_ISSUERS = "Issued by"
FILTER_DOCUMENTS = "Documents"
FILTER_FROM = "From"
FILTER_TO = "Until"
FILTERS_NONE = "Search everything"
FILTER_DATE_HINT = "YYYY-MM-DD"
NO_DATE = "{field}: “{value}” is not a date. Write it as 2023-12-07, 2023-12 or 2023."
DATES_REVERSED = "From {since} until {until} there is no day."

# The list of conversations
CONVERSATIONS = "Conversations"
NEW_CONVERSATION = "New conversation"
NO_CONVERSATIONS = "What you ask is kept here."
RENAME = "Rename"
RENAME_ASK = "Name of this conversation"
DELETE = "Delete"
DELETE_ASK = "Delete this conversation? This cannot be undone."
EXPORT = "Save"
EXPORT_MARKDOWN = "Markdown"
EXPORT_JSON = "JSON"
EXPORT_HTML = "HTML"

# Documents
DOCUMENTS_SEARCH = "Search in the documents"
DOCUMENTS_SEARCH_HINT = "Words, a name, a sentence …"
DOCUMENTS_PUBLISHERS = "Published by"
DOCUMENTS_KIND = "Kind"
DOCUMENTS_COUNT = "{count:,} documents"
DOCUMENT_COUNT_ONE = "1 document"
DOCUMENTS_MORE = "Show more"
DOCUMENTS_NONE = "No document fits."
HITS_NONE = "No paragraph was found."
HITS_FOR = "Paragraphs nearest to “{query}”"
TIMELINE = "Documents by date"
TIMELINE_BAR = "{period}: {count:,} documents"
TIMELINE_BAR_ONE = "{period}: 1 document"
TIMELINE_UNDATED = "{count:,} undated"
TIMELINE_ALL = "All dates"
FILTERED_PERIOD = "Only {period}"

# Adding documents
ADD = "Add documents"
ADD_HELP = "Text, Markdown or JSON lines, and their descriptions (NAME.yaml). Nothing is taken before you have seen it."
ADD_DROP = "Files to add"
ADD_TAKE = "Add to the index"
ADD_CANCEL = "Do not add"
ADDED_HERE = "Added here"
REMOVE = "Remove"
REMOVE_ASK = "Remove “{title}” from the index? Its file is deleted."
REMOVED = "Removed."
PREVIEW = "Read, not yet taken"
PREVIEW_PARAGRAPHS = "{count:,} paragraphs"
PREVIEW_PARAGRAPHS_ONE = "1 paragraph"
PREVIEW_MORE = "and {count:,} more paragraphs"
PREVIEW_MORE_ONE = "and 1 more paragraph"
PROBLEMS = "Cannot be taken"
PROBLEMS_STOP = "This is left out. Mend it and hand it over again."
DESCRIBE = "What is {name}?"
DESCRIBE_HELP = (
    "A document needs at least a title. Who speaks, who carried it and when make its citations worth something."
)
DESCRIBE_TITLE = "Title"
DESCRIBE_DATE = "Date"
DESCRIBE_ISSUER = "Issued by"
DESCRIBE_PUBLISHER = "Published by"
DESCRIBE_URL = "Address of the publisher’s page"
DESCRIBE_KIND = "Kind"
DESCRIBE_KIND_HELP = "Coverage is a publisher’s own article; only the issuer’s text and nothing else is a statement."
DESCRIBE_SAVE = "Describe it so"
NEEDS_TITLE = "Write a title."
TOO_MANY_FILES = "{count} files at once; {limit} are the limit."
SAME_NAME = "another file of this name was handed over with it"
DESCRIBES_NOTHING = "describes no file that was handed over with it"
TOO_LARGE = "is larger than {limit} MB"
INDEXING = "Indexing …"
INDEXING_WAITS = "Others are being indexed; these are next …"
INDEXING_STEP = {
    "read": "Reading: {done}",
    "embed": "Reading for meaning: {done} of {total} paragraphs",
    "words": "Noting the words: {done} of {total}",
    "vectors": "Sealing: {done} of {total}",
    "check": "Checking: {done} of {total}",
}
TAKEN = "Taken: {changes}"

# Evaluation
EVALUATION_HELP = "The fixed questions, asked of this index, and how right the answers, citations and silences were."
EVALUATION_START = "Run the evaluation"
EVALUATION_STEP = "Asked {done} of {total} questions"
EVALUATION_SCORING = "Scoring …"
EVALUATION_PROGRESS = "Progress of the evaluation"
EVALUATION_BUSY = "An evaluation is running already."
EVALUATION_DONE = "Finished: {name}"
NO_RUNS = "There is no run yet."
FIGURES = "Figures of the last runs"
SECONDS_MEDIAN = "Seconds, median"
RUN_QUESTIONS = "{count} questions"
RUN_QUESTIONS_ONE = "1 question"
REPORT_OPEN = "Open the report"
REPORT_CLOSE = "Close the report"
REPORT_OF = "Report of the run {name}"


def counted(one: str, many: str, count: int) -> str:
    """The sentence for this count."""
    return (one if count == 1 else many).format(count=count)
