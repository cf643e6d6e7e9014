/**
 * Connects, then shows the chat.
 * @module
 */
import { mount } from 'svelte'
import Chat from './Chat.svelte'
import { openConnection } from './connection.ts'
import './style.css'

mount(Chat, { target: document.body, props: { connection: await openConnection(), deployment: import.meta.env.VITE_DEPLOYMENT ?? 'gpt-5-mini' } })
