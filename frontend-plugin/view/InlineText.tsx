import { createContext, useContext, type ReactNode } from 'react';
import { AddressButton } from './AddressDialog.js';
import { MathText } from './MathText.js';
import type { Inline } from './state/blocks.js';
import { spelledOut } from './state/invisible.js';
import { MarkedText } from './VisibleText.js';

/** Whether the words stand within a link: an image there is a part of its words, not a button of its own. */
const WithinLink = createContext(false);

/** Letters of an image's address that stand beside its words. */
const ADDRESS_LENGTH_MAX = 100;

/** The words of one block. Nothing is handed to the browser as HTML, no address is followed. */
export function InlineText({ words }: { readonly words: readonly Inline[] }): ReactNode {
  return words.map((inline, at) => <InlineView key={at} inline={inline} />);
}

function InlineView({ inline }: { readonly inline: Inline }): ReactNode {
  switch (inline.type) {
    case 'text':
      return <MarkedText text={inline} />;
    case 'code':
      return <code dir="ltr"><MarkedText text={inline} visible /></code>;
    case 'math':
      return <MathText tex={inline.tex} source={inline.text} display={inline.display} differs={inline.marks.length > 0} />;
    case 'strong':
      return <strong><InlineText words={inline.children} /></strong>;
    case 'em':
      return <em><InlineText words={inline.children} /></em>;
    case 'strike':
      return <s><InlineText words={inline.children} /></s>;
    case 'link':
      return <LinkView link={inline} />;
    case 'image':
      return <ImageView image={inline} />;
    case 'break':
      return <br />;
  }
}

function LinkView({ link }: { readonly link: Extract<Inline, { type: 'link' }> }): ReactNode {
  const { address, title, children } = link;
  return (
    <AddressButton kind="link" address={address.text} title={title} differs={address.marks.length > 0}>
      {children.length === 0 ? shortened(address.text) : <WithinLink.Provider value><InlineText words={children} /></WithinLink.Provider>}
    </AddressButton>
  );
}

function ImageView({ image }: { readonly image: Extract<Inline, { type: 'image' }> }): ReactNode {
  const { address, title, alt } = image;
  const words = (
    <>
      Image{alt.text === '' ? null : <>: <bdi><MarkedText text={alt} /></bdi></>} <bdi className="pl-address-text" dir="ltr">({shortened(address.text)})</bdi>
    </>
  );
  if (useContext(WithinLink)) return <span className="pl-address-image">{words}</span>;
  return <AddressButton kind="image" address={address.text} title={title} differs={address.marks.length > 0}>{words}</AddressButton>;
}

function shortened(address: string): string {
  const text = spelledOut(address);
  return text.length > ADDRESS_LENGTH_MAX ? `${text.slice(0, ADDRESS_LENGTH_MAX)}…` : text;
}
