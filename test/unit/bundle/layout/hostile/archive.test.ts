/** Archives that hold what no bundle may, twice, or too little. */
import { digestOf, hexOf } from '../../../../../src/kernel/oci/index.ts'
import { type RawEntry, tarWith, withEntries } from '../../../../support/forged-bundle.ts'
import { areRefused, file, text } from './refused.ts'

const entries = (change: (all: RawEntry[]) => RawEntry[]) => () => withEntries(file, change)
const add = (entry: Partial<RawEntry>) =>
  entries(all => [...all, { name: 'x', body: Buffer.alloc(0), ...entry }])
const blob = (content: string) => ({
  name: `blobs/sha256/${hexOf(digestOf(content))}`,
  body: text(content),
})
const notAllowed = /no name that a bundle may hold/

areRefused([
  // names
  [
    'a path out of the archive',
    add({ name: '../../etc/cron.d/x', body: text('x') }),
    /\.\.\/\.\.\/etc\/cron\.d\/x: /,
  ],
  ['an absolute path', add({ name: '/etc/passwd', body: text('x') }), /\/etc\/passwd: no name/],
  ['a path through a blob', add({ name: 'blobs/sha256/../../x' }), notAllowed],
  ['a blob in capitals', add({ name: `blobs/sha256/${'A'.repeat(64)}` }), notAllowed],
  ['a blob of another kind', add({ name: `blobs/sha512/${'a'.repeat(64)}` }), notAllowed],
  ['one more file', add({ name: 'manifest.json', body: text('[]') }), /manifest\.json: no name/],
  ['a name with control characters', add({ name: 'x\u001b[2Jy' }), /x\\u\{1b\}\[2Jy: /],
  // kinds
  ['a folder instead of a file', add({ name: 'oci-layout/', type: '5' }), /oci-layout\/: no name/],
  [
    'a symbolic link',
    add({ name: 'blobs/sha256/x', type: '2', linkTarget: '/etc/shadow' }),
    /is a symbolic link/,
  ],
  [
    'a hard link',
    add({ name: 'index.json', type: '1', linkTarget: 'oci-layout' }),
    /index\.json: is a hard link/,
  ],
  [
    'a pax header',
    add({ name: 'PaxHeader/x', type: 'x', body: text('19 path=../../../x\n') }),
    /is a pax header/,
  ],
  ['a GNU long name', add({ name: '././@LongLink', type: 'L', body: text('../x') }), /is a GNU long name/],
  ['a sparse file', add({ name: 'blobs/sha256/x', type: 'S' }), /is a sparse file/],
  ['a device', add({ name: 'blobs/sha256/x', type: '4' }), /is a block device/],
  // too much
  ['index.json twice', add({ name: 'index.json', body: text('{}') }), /index\.json: is there twice/],
  ['a blob twice', entries(all => [...all, ...all.slice(-1)]), /is there twice/],
  ['a blob that nothing refers to', add(blob('stowaway')), /nothing in the bundle refers to it/],
  ['a size beyond the file', add({ ...blob('x'), size: 2 ** 40 }), /of its 1.1 TB are missing/],
  ['bytes after the end', () => Buffer.concat([file, text('#!/bin/sh\n')]), /goes on after the end/],
  ['many zeros after the end', () => Buffer.concat([file, Buffer.alloc(20_000)]), /goes on after the end/],
  // too little
  ['no layout file', entries(all => all.slice(1)), /oci-layout: is missing/],
  [
    'another layout',
    entries(all => [{ name: 'oci-layout', body: text('{}') }, ...all.slice(1)]),
    /OCI image layout/,
  ],
  ['no index', entries(all => all.filter(one => one.name !== 'index.json')), /index\.json: is missing/],
  ['nothing', () => tarWith([]), /index\.json: is missing/],
  ['an empty file', () => Buffer.alloc(0), /ends after 0 B/],
  ['something else', () => Buffer.alloc(4096, 'garbage '), /byte 0: /],
])
