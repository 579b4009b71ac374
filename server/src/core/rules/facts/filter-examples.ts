import type { Example } from '../rule.js';

/** Exception filters of Nest that send what they caught: errors/raw-error-in-response. */
export const filterExamples: readonly Example[] = [
  {
    title: 'Nest: exceptions made for clients alone',
    good: `
      import { ArgumentsHost, Catch, ExceptionFilter, ForbiddenException, HttpException } from '@nestjs/common';
      @Catch(HttpException)
      export class OwnFilter implements ExceptionFilter {
        catch(exception: HttpException, host: ArgumentsHost) {
          host.switchToHttp().getResponse().status(exception.getStatus()).json({ ...exception });
        }
      }
      @Catch(ForbiddenException)
      export class OtherFilter implements ExceptionFilter {
        catch(exception: ForbiddenException, host: ArgumentsHost) { host.switchToHttp().getResponse().status(403).json(exception); }
      }
    `,
  },
  {
    title: 'Nest: whatever is thrown',
    bad: `
      import { ArgumentsHost, Catch, ExceptionFilter } from '@nestjs/common';
      @Catch()
      export class EveryFilter implements ExceptionFilter {
        catch(exception: Error, host: ArgumentsHost) { host.switchToHttp().getResponse().status(500).json(exception); }
        //                                                                                                ^^^^^^^^^ errors/raw-error-in-response
      }
    `,
  },
];
