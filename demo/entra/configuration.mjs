/**
 * How `oidc-provider` is set up to behave as Entra ID does towards MSAL.
 * Runtime: Node.
 * @module
 */
import { errors, interactionPolicy } from 'oidc-provider'
import { accountOf, claimsOf } from './accounts.mjs'
import { escape, pageOf } from './sign-in.mjs'
import { AUDIENCES, GRANTED, accessClaims, audienceOf, contextsOf } from './tokens.mjs'

/**
 * Makes the configuration.
 *
 * @param {object} options
 * @param {string} options.clientId
 * @param {string} options.tenant
 * @param {readonly string[]} options.origins
 * @param {string} options.path Where sign-in pages are.
 * @param {boolean} options.refreshTokens
 * @param {() => number} options.accessTokenSeconds
 * @param {import('jose').JWK} options.key
 * @param {(model: string) => object} options.adapter
 * @param {ReturnType<typeof import('./approvals.mjs').createApprovals>} options.approvals
 * @returns {import('oidc-provider').Configuration}
 */
export function configure({ clientId, tenant, origins, path, refreshTokens, accessTokenSeconds, key, adapter, approvals }) {
  const { Prompt, Check, base } = interactionPolicy
  const missingNow = (ctx) => approvals.missing(ctx.oidc.session.grantIdFor(clientId), contextsOf(ctx.oidc.params.claims))
  const policy = base()
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  // Last, when there is a grant to note the approval on.
  policy.add(new Prompt({ name: 'approve' }, new Check('not_approved', 'The user has to approve', (ctx) => missingNow(ctx).length > 0, (ctx) => ({ missing: missingNow(ctx) }))))

  return {
    adapter,
    jwks: { keys: [key] },
    cookies: { keys: [crypto.randomUUID()] },
    clients: [{
      client_id: clientId,
      token_endpoint_auth_method: 'none',
      application_type: 'web',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: origins.flatMap((origin) => [`${origin}/redirect.html`, `${origin}/`]),
      post_logout_redirect_uris: origins.flatMap((origin) => [`${origin}/redirect.html`, `${origin}/`]),
    }],
    clientBasedCORS: (_, origin) => origins.includes(origin),
    conformIdTokenClaims: false,
    scopes: GRANTED.openid,
    claims: { openid: ['sub', 'oid', 'tid', 'ver'], profile: ['name', 'preferred_username'] },
    // Read here and in tokens; the provider's own reading knows no claims of access tokens.
    extraParams: ['claims'],
    findAccount(_, id) {
      const account = accountOf(id)
      return account && { accountId: id, claims: () => claimsOf(account, tenant) }
    },
    interactions: { policy, url: (_, { uid }) => `${path}/${uid}` },
    // Every sign-in grants the same, as an administrator's consent does.
    async loadExistingGrant({ oidc }) {
      const { Grant } = oidc.provider
      const accountId = oidc.account.accountId
      const id = oidc.session.grantIdFor(clientId)
      const known = id && (await Grant.find(id))
      if (known && known.accountId === accountId) return known
      const grant = new Grant({ accountId, clientId })
      grant.addOIDCScope(GRANTED.openid.join(' '))
      for (const audience of AUDIENCES) grant.addResourceScope(audience, `${audience}/.default`)
      await grant.save()
      return grant
    },
    issueRefreshToken(_, client, code) {
      // MSAL asks for `offline_access` at each renewal, and maybe for another API than at sign-in.
      code.scope = GRANTED.all
      code.resource = [...AUDIENCES]
      return refreshTokens && client.grantTypeAllowed('refresh_token')
    },
    extraTokenClaims({ oidc }, { accountId, grantId }) {
      const account = accountOf(accountId)
      if (!account) throw new errors.InvalidGrant('account not found')
      const contexts = contextsOf(oidc.body?.claims)
      if (approvals.missing(grantId, contexts).length > 0) throw new errors.InteractionRequired('The user has to approve')
      return accessClaims({ account, tenant, contexts: approvals.satisfied(grantId, contexts), clientId })
    },
    ttl: { AccessToken: () => accessTokenSeconds(), AuthorizationCode: 60, Grant: 86_400, IdToken: 3600, Interaction: 600, RefreshToken: 86_400, Session: 86_400 },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: ({ oidc }) => audienceOf(oidc.params.scope ?? oidc.body?.scope) ?? AUDIENCES[0],
        useGrantedResource: () => true,
        getResourceServerInfo(_, audience) {
          if (!AUDIENCES.includes(audience)) throw new errors.InvalidTarget()
          return { scope: `${audience}/.default`, audience, accessTokenTTL: accessTokenSeconds(), accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }
        },
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(ctx, form) {
          ctx.body = pageOf(ctx.res, 'Sign out?', `${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`)
        },
      },
    },
    renderError(ctx, { error, error_description: description }) {
      ctx.body = pageOf(ctx.res, 'Cannot sign in', `<p>${escape(error)}: ${escape(description ?? '')}</p>`)
    },
  }
}
