export { withSession } from '../../kernel/services/index.ts'
