/**
 * Gives whoever opens the page the cookie by which the relay counts.
 * @module
 */
import { NextResponse } from 'next/server'
import type { NextRequest } from 'next/server'
import { visitorCookie, visitorOf } from './server/visitor.ts'

export const config = { matcher: '/' }

export function proxy(request: NextRequest): NextResponse {
  const response = NextResponse.next()
  if (visitorOf(request) === undefined) response.headers.set('set-cookie', visitorCookie(request))
  return response
}
