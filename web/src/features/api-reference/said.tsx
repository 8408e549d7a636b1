/** What the document says: paragraphs, with words of programs between backticks (Markdown). */
export const Said = ({ children: text = '' }: { children?: string }) => (
  <span className="whitespace-pre-line">
    {text.split('`').map((piece, index) => (index % 2 === 1 ? <code key={index}>{piece}</code> : piece))}
  </span>
)
