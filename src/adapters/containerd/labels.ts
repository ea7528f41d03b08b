/** The labels that an image gets in containerd, as words of `ctr images label`; an empty value takes a label off. */

/**
 * The first is what kubelet obeys. K3s marks with the second what it pins itself, and takes both off at its next start
 * (its pkg/agent/containerd).
 */
export const pinLabels = ['io.cri-containerd.pinned=pinned', 'io.cattle.k3s.pinned=']

/** Notes on an image which digest Sealift has brought under its name: labels stay when another one takes the name. */
export const broughtLabel = 'dev.sealift/brought'
